import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Failure, OrderOutcome, UndoRecord, Warning } from '../../functions/contract/api.ts';
import type { Order } from '../../functions/contract/order.ts';
import { samples } from '../../functions/contract/samples.ts';
import {
  pointOfNoReturn,
  type StageStatus,
  type StepId,
  stages,
  undosAfter,
} from '../../functions/contract/workflow.ts';
import type { Ports } from '../../functions/order-workflow/ports.ts';
import { processOrder } from '../../functions/order-workflow/process-order.ts';
import { OrderRejected } from '../../functions/order-workflow/rejection.ts';

beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: true }));
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

type How = 'rejected' | 'broken';

/** A world that writes down what it is asked, and fails where the test says. */
function world(failing?: { stage: StepId; how: How }) {
  const calls: string[] = [];
  const statuses: (StageStatus | 'failed')[] = [];
  let ended: { failure?: Failure; undos?: readonly UndoRecord[]; warnings?: readonly Warning[] } =
    {};
  const stageWork =
    <T>(stage: StepId, result: T) =>
    async () => {
      calls.push(stage);
      if (failing?.stage !== stage) return result;
      if (failing.how === 'rejected') throw new OrderRejected('refused', `${stage} says no`);
      throw new Error(`${stage} is down`);
    };
  const undo = (name: string) => async () => {
    calls.push(name);
  };
  const ports: Ports = {
    orders: {
      async place() {
        await stageWork('validate-order', undefined)();
        statuses.push('validated');
      },
      async advance(_id, reached) {
        statuses.push(...reached);
      },
      async complete(_id, warnings) {
        await stageWork('complete-order', undefined)();
        statuses.push('completed');
        ended = { warnings };
      },
      async fail(_placed, { failure, undos }) {
        statuses.push('failed');
        ended = { failure, undos };
      },
    },
    payments: {
      charge: stageWork('process-payment', { paymentId: 'P' }),
      refund: undo('refund-payment'),
    },
    inventory: {
      check: stageWork('check-inventory', undefined),
      reserve: stageWork('reserve-inventory', undefined),
      release: undo('release-inventory'),
      handOver: undo('hand-over'),
    },
    risk: {
      checkFraud: stageWork('fraud-check', { score: 1 }),
      checkCredit: stageWork('credit-check', { score: 700 }),
    },
    invoices: {
      issue: stageWork('generate-invoice', { invoiceId: 'I' }),
      void: undo('void-invoice'),
    },
    warehouse: {
      pick: stageWork('pick-items', undefined),
      returnItems: undo('return-items'),
      inspect: stageWork('quality-check', undefined),
      pack: stageWork('package-order', { packageId: 'K' }),
    },
    carrier: {
      label: stageWork('generate-shipping-label', { trackingNumber: 'T' }),
      cancelLabel: undo('cancel-shipping-label'),
      collect: stageWork('ship-order', undefined),
    },
    customers: {
      notify: stageWork('send-notifications', undefined),
      creditPoints: stageWork('update-loyalty-points', { points: 9 }),
    },
  };
  return { ports, calls, statuses, ended: () => ended };
}

async function run(event: unknown, ports: Ports) {
  const runner = new LocalDurableTestRunner({
    handlerFunction: withDurableExecution((input: unknown, context) =>
      processOrder(input, context, {
        ports,
        waitSeconds: { 'await-warehouse': 300, 'await-pickup': 180 },
      }),
    ),
  });
  const result = await runner.run({ payload: event });
  return { result, operations: result.getOperations().map((each) => each.getName()) };
}

const event = (order: Order | undefined) => ({ orderId: 'order-1', order });
const undoNames = stages.flatMap((each) => ('undo' in each ? [each.undo as string] : []));

it('runs exactly the stages of the contract, in order', async () => {
  const { ports, statuses } = world();
  const { result, operations } = await run(event(samples['high']), ports);
  expect(operations).toEqual(stages.map((each) => each.id));
  expect(result.getOperations().filter((each) => each.getType() === 'WAIT')).toHaveLength(2);
  expect(result.getResult()).toEqual({ orderId: 'order-1', outcome: 'completed' });
  expect(statuses).toEqual(stages.flatMap((each) => ('status' in each ? [each.status] : [])));
});

it('skips the credit check of an order of $1000 or less and calls no credit service', async () => {
  const { ports, calls, statuses } = world();
  const { operations } = await run(event(samples['low']), ports);
  expect(operations).toHaveLength(17);
  expect(calls).not.toContain('credit-check');
  expect(statuses).not.toContain('credit-checked');
});

it('rejects an order without items, with a reason, and does nothing else', async () => {
  const { ports, calls, ended } = world();
  const { result, operations } = await run(event(samples['invalid']), ports);
  expect(result.getResult()).toMatchObject({ outcome: 'rejected' });
  expect(ended().failure).toEqual({
    stage: 'validate-order',
    code: 'no-items',
    message: 'The order has no items; it needs at least one',
  });
  expect(operations).toEqual(['validate-order', 'fail-order']);
  expect(calls).toEqual([]);
});

it('fails on an event that is not an order, names the field and writes nothing', async () => {
  const { ports, calls, statuses } = world();
  const { result } = await run({ orderId: 'order-1', order: { customerId: 7 } }, ports);
  expect(result.getStatus()).toBe('FAILED');
  expect(result.getError().errorMessage).toContain('customerId must be text');
  expect([...calls, ...statuses]).toEqual([]);
});

const upToShipping = stages.slice(0, stages.findIndex((each) => each.id === pointOfNoReturn) + 1);
const failures = upToShipping
  .filter((each) => each.kind === 'step')
  .flatMap((each) => [
    { stage: each.id as StepId, how: 'rejected' as How },
    { stage: each.id as StepId, how: 'broken' as How },
  ]);

describe.each(failures)('when $stage is $how', ({ stage, how }) => {
  it('undoes what came before, the latest first, once, and the order fails with the reason', async () => {
    const { ports, calls, statuses, ended } = world({ stage, how });
    const { result } = await run(event(samples['high']), ports);
    expect(calls.filter((call) => undoNames.includes(call))).toEqual(undosAfter(stage, how));
    expect(ended().undos?.map((record) => record.undo)).toEqual(undosAfter(stage, how));
    expect(ended().failure).toMatchObject({
      stage,
      code: how === 'rejected' ? 'refused' : 'technical-failure',
    });
    expect(statuses.at(-1)).toBe('failed');
    expect(result.getStatus()).toBe(how === 'rejected' ? 'SUCCEEDED' : 'FAILED');
  });

  it(how === 'rejected' ? 'asks once' : 'tries four times', async () => {
    const { ports, calls } = world({ stage, how });
    await run(event(samples['high']), ports);
    expect(calls.filter((call) => call === stage)).toHaveLength(how === 'rejected' ? 1 : 4);
  });
});

it.each(['send-notifications', 'update-loyalty-points'] as const)(
  'completes with a warning when %s cannot be done',
  async (stage) => {
    const { ports, calls, ended } = world({ stage, how: 'broken' });
    const { result } = await run(event(samples['low']), ports);
    expect((result.getResult() as OrderOutcome).outcome).toBe('completed');
    expect(ended().warnings).toEqual([{ stage, message: `${stage} is down` }]);
    expect(calls.filter((call) => undoNames.includes(call))).toEqual([]);
  },
);

it('goes on undoing when one undo fails, and records it', async () => {
  const { ports, ended } = world({ stage: 'generate-invoice', how: 'rejected' });
  const broken: Ports = {
    ...ports,
    inventory: {
      ...ports.inventory,
      release: () => Promise.reject(new Error('The warehouse is down')),
    },
  };
  await run(event(samples['high']), broken);
  expect(ended().undos).toEqual([
    { undo: 'release-inventory', outcome: 'failed', message: 'The warehouse is down' },
    { undo: 'refund-payment', outcome: 'done' },
  ]);
});
