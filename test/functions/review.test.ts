import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import {
  LocalDurableTestRunner,
  WaitingOperationStatus,
} from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needsReview, refuseFrom, reviewFrom } from '../../functions/contract/review.ts';
import { samples } from '../../functions/contract/samples.ts';
import { stages } from '../../functions/contract/workflow.ts';
import { processOrder } from '../../functions/order-workflow/process-order.ts';
import { world } from './world.ts';

beforeAll(() => {
  process.env['AWS_LAMBDA_LOG_LEVEL'] = 'ERROR';
  return LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
});
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

type Callback = ReturnType<LocalDurableTestRunner['getOperation']>;

/** Runs an order with that fraud score; `answer` is what the outside world does to its review. */
async function run(score: number, answer?: (callback: Callback) => Promise<unknown>) {
  const { ports, ...seen } = world();
  const runner = new LocalDurableTestRunner({
    handlerFunction: withDurableExecution((input: unknown, context) =>
      processOrder(input, context, {
        ports: { ...ports, risk: { ...ports.risk, checkFraud: async () => ({ score }) } },
        waitSeconds: { 'await-warehouse': 300, 'await-pickup': 180 },
        reviewSeconds: 1,
      }),
    ),
  });
  const running = runner.run({ payload: { orderId: 'order-1', order: samples['low'] } });
  if (answer) {
    const callback = runner.getOperation('await-review');
    await callback.waitForData(WaitingOperationStatus.STARTED);
    await answer(callback);
  }
  const result = await running;
  const operations = result.getOperations().map((each) => each.getName());
  return { result: result.getResult(), operations, ...seen };
}

const decision = (what: 'approve' | 'reject') =>
  JSON.stringify({ decision: what, by: 'alice', at: '2026-11-25T12:00:00.000Z', note: 'called' });

it.each([
  [reviewFrom - 1, false],
  [reviewFrom, true],
  [refuseFrom - 1, true],
  [refuseFrom, false],
])('a fraud score of %i needs a review: %s', (score, needed) => {
  expect(needsReview(score)).toBe(needed);
});

it('adds nothing to an order that is not in doubt', async () => {
  const { operations } = await run(reviewFrom - 1);
  expect(operations).toEqual(stages.map(({ id }) => id));
});

it('refuses without a review what is fraud beyond doubt', async () => {
  const { result, operations, ended } = await run(refuseFrom);
  expect(result).toMatchObject({ outcome: 'rejected' });
  expect(operations).not.toContain('await-review');
  expect(ended().failure).toMatchObject({ stage: 'fraud-check', code: 'fraud-suspected' });
});

describe('an order in doubt', () => {
  it('goes on when it is approved', async () => {
    const { result, operations, statuses } = await run(75, (callback) =>
      callback.sendCallbackSuccess(decision('approve')),
    );
    expect(result).toEqual({ orderId: 'order-1', outcome: 'completed' });
    const at = operations.indexOf('await-review');
    expect(operations.slice(at - 1, at + 4)).toEqual([
      'fraud-check',
      'await-review',
      'request-review',
      'record-review',
      'credit-check',
    ]);
    const parked = statuses.indexOf('awaiting-review');
    expect(statuses.slice(parked - 1, parked + 2)).toEqual([
      'inventory-reserved',
      'awaiting-review',
      'fraud-checked',
    ]);
  });

  it.each([
    [
      'is rejected',
      (callback: Callback) => callback.sendCallbackSuccess(decision('reject')),
      'review-rejected',
    ],
    [
      'has its callback failed',
      (callback: Callback) => callback.sendCallbackFailure({ ErrorMessage: 'secret@example.com' }),
      'review-rejected',
    ],
    [
      'has an answer that nobody can read',
      (callback: Callback) => callback.sendCallbackSuccess('{"decision":"perhaps"}'),
      'review-unreadable',
    ],
    ['is reviewed by nobody in time', async () => undefined, 'review-timed-out'],
  ])('that %s is undone, and fails with the reason', async (_, answer, code) => {
    const { result, calls, statuses, ended } = await run(75, answer);
    expect(result).toMatchObject({ outcome: 'rejected', failure: { stage: 'fraud-check', code } });
    expect(calls.slice(-2)).toEqual(['release-inventory', 'refund-payment']);
    expect(statuses.slice(-2)).toEqual(['awaiting-review', 'failed']);
    expect(JSON.stringify(ended())).not.toContain('secret');
  });
});
