import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import {
  LocalDurableTestRunner,
  WaitingOperationStatus,
} from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  minRejectScore,
  minReviewScore,
  needsReview,
  reviewOperations,
} from '../../functions/contract/review.ts';
import { samples } from '../../functions/contract/samples.ts';
import {
  reviewedStage,
  stage,
  stages,
  statusRank,
  undosForFailureAt,
} from '../../functions/contract/workflow.ts';
import { processOrder } from '../../functions/order-workflow/process-order.ts';
import { createFakePorts } from './fake-ports.ts';
import { waitSeconds } from './wait-seconds.ts';

beforeAll(() => {
  process.env['AWS_LAMBDA_LOG_LEVEL'] = 'ERROR';
  return LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
});
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

type Callback = ReturnType<LocalDurableTestRunner['getOperation']>;

/** Runs an order with a fraud score. `complete` completes the callback of its review. */
async function run(score: number, complete?: (callback: Callback) => Promise<unknown>) {
  const { ports, ...seen } = createFakePorts();
  const runner = new LocalDurableTestRunner({
    handlerFunction: withDurableExecution((input: unknown, context) =>
      processOrder(input, context, {
        ports: { ...ports, risk: { ...ports.risk, checkFraud: async () => ({ score }) } },
        waitSeconds,
        reviewTimeoutSeconds: 1,
      }),
    ),
  });
  const running = runner.run({ payload: { orderId: 'order-1', order: samples['low'] } });
  if (complete) {
    const callback = runner.getOperation(reviewOperations.callback);
    await callback.waitForData(WaitingOperationStatus.STARTED);
    await complete(callback);
  }
  const result = await running;
  const operations = result.getOperations().map((operation) => operation.getName());
  return { result: result.getResult(), operations, ...seen };
}

const decision = (choice: 'approve' | 'reject') =>
  JSON.stringify({ decision: choice, by: 'alice', at: '2026-11-25T12:00:00.000Z', note: 'called' });

it.each([
  [minReviewScore - 1, false],
  [minReviewScore, true],
  [minRejectScore - 1, true],
  [minRejectScore, false],
])('a fraud score of %i needs a review: %s', (score, needed) => {
  expect(needsReview(score)).toBe(needed);
});

it('adds no operation to an order that needs no review', async () => {
  const { operations } = await run(minReviewScore - 1);
  expect(operations).toEqual(stages.map(({ id }) => id));
});

it('rejects an order with a very high fraud score without a review', async () => {
  const { result, operations, ended } = await run(minRejectScore);
  expect(result).toMatchObject({ outcome: 'rejected' });
  expect(operations).not.toContain('await-review');
  expect(ended().failure).toMatchObject({ stage: 'fraud-check', code: 'fraud-suspected' });
});

describe('an order that needs a review', () => {
  it('continues when it is approved', async () => {
    const { result, operations, statuses } = await run(75, (callback) =>
      callback.sendCallbackSuccess(decision('approve')),
    );
    expect(result).toEqual({ orderId: 'order-1', outcome: 'completed' });
    const { callback, request, record } = reviewOperations;
    expect(operations).toEqual(
      stages.flatMap(({ id }) => (id === reviewedStage ? [id, callback, request, record] : [id])),
    );
    const { status } = stage(reviewedStage);
    const requested = statuses.indexOf('awaiting-review');
    const before = statuses.at(requested - 1) ?? 'completed';
    expect(statusRank(before)).toBeLessThan(statusRank('awaiting-review'));
    expect(statuses[requested + 1]).toBe(status);
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
      'receives an invalid decision',
      (callback: Callback) => callback.sendCallbackSuccess('{"decision":"perhaps"}'),
      'review-unreadable',
    ],
    ['receives no decision in time', async () => undefined, 'review-timed-out'],
  ])('that %s is undone and fails with the reason', async (_, complete, code) => {
    const { result, calls, statuses, ended } = await run(75, complete);
    expect(result).toMatchObject({ outcome: 'rejected', failure: { stage: 'fraud-check', code } });
    const undos = undosForFailureAt(reviewedStage, 'rejected');
    expect(calls.slice(-undos.length)).toEqual(undos);
    expect(statuses.slice(-2)).toEqual(['awaiting-review', 'failed']);
    expect(JSON.stringify(ended())).not.toContain('secret');
  });
});
