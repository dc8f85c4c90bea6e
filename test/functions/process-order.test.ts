import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OrderOutcome } from '../../functions/contract/api.ts';
import type { Order } from '../../functions/contract/order.ts';
import { samples } from '../../functions/contract/samples.ts';
import {
  pointOfNoReturn,
  type StepId,
  stages,
  undosAfter,
} from '../../functions/contract/workflow.ts';
import { OrderIdTaken, ProviderUnavailable } from '../../functions/order-workflow/failures.ts';
import type { Ports } from '../../functions/order-workflow/ports.ts';
import { processOrder } from '../../functions/order-workflow/process-order.ts';
import { type How, world } from './world.ts';

beforeAll(() => {
  process.env['AWS_LAMBDA_LOG_LEVEL'] = 'ERROR';
  return LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
});
afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

async function run(event: unknown, ports: Ports) {
  const runner = new LocalDurableTestRunner({
    handlerFunction: withDurableExecution((input: unknown, context) =>
      processOrder(input, context, {
        ports,
        waitSeconds: { 'await-warehouse': 300, 'await-pickup': 180 },
        reviewSeconds: 60,
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
  expect(operations).toEqual(['validate-order', 'notify-customer', 'fail-order']);
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
  const here = world({ stage, how });
  let status: unknown;
  beforeAll(async () => {
    const { result } = await run(event(samples['high']), here.ports);
    status = result.getStatus();
  });

  it('undoes what came before, the latest first, once', () => {
    const expected = undosAfter(stage, how);
    expect(here.calls.filter((call) => undoNames.includes(call))).toEqual(expected);
    expect(here.ended().undos).toEqual(expected.map((undo) => ({ undo, outcome: 'done' })));
  });

  it(how === 'rejected' ? 'asks once' : 'tries four times', () => {
    const asked = here.calls.filter((call) => call === stage);
    expect(asked).toHaveLength(how === 'rejected' ? 1 : 4);
  });

  it('tells the customer once that the order failed', () => {
    if (stage === pointOfNoReturn) {
      // It may be with the carrier: somebody looks at it first.
      expect([here.notices, here.ended().flagged]).toEqual([[], true]);
      return;
    }
    const refunded = undosAfter(stage, how).includes('refund-payment');
    expect(here.notices).toEqual([{ kind: 'failed', failure: here.ended().failure, refunded }]);
  });

  it('ends the order failed, with the reason', () => {
    expect(here.statuses.at(-1)).toBe('failed');
    expect(here.ended().failure).toEqual(
      how === 'rejected'
        ? { stage, code: 'refused', message: `${stage} says no` }
        : { stage, code: 'technical-failure', message: `${stage} is down` },
    );
  });

  it(how === 'rejected' ? 'returns an outcome' : 'fails the execution loudly', () => {
    expect(status).toBe(how === 'rejected' ? 'SUCCEEDED' : 'FAILED');
  });
});

/** What is found cancelled when a status is to be recorded: by the step that records it, or the one before a wait. */
const cancellable = stages
  .slice(1, stages.findIndex(({ id }) => id === pointOfNoReturn) + 1)
  .flatMap((each, index, all) => {
    if (!('status' in each)) return [];
    const step = each.kind === 'wait' ? all[index - 1] : each;
    return step ? [{ status: each.status, step: step.id as StepId }] : [];
  });

describe.each(cancellable)('cancelled before it is $status', ({ status, step }) => {
  it('undoes everything done so far, its last step too, and ends cancelled', async () => {
    const { ports, calls, notices, statuses, ended } = world(undefined, status);
    const { result, operations } = await run(event(samples['high']), ports);
    expect(result.getResult()).toEqual({ orderId: 'order-1', outcome: 'cancelled' });
    const undos =
      step === pointOfNoReturn
        ? undosAfter('generate-shipping-label', 'broken')
        : undosAfter(step, 'broken');
    expect(calls.filter((call) => undoNames.includes(call))).toEqual(undos);
    expect(ended().undos).toEqual(undos.map((undo) => ({ undo, outcome: 'done' })));
    expect(statuses.at(-1)).toBe('cancelled');
    expect(operations.slice(-2)).toEqual(['notify-customer', 'cancel-order']);
    const refunded = undos.includes('refund-payment');
    expect(notices).toEqual([{ kind: 'cancelled', refunded }]);
    // The carrier was never asked.
    expect(calls).not.toContain('ship-order');
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

it('tells the customer of a completed order once that it is on its way, and how to follow it', async () => {
  const { ports, notices } = world();
  await run(event(samples['low']), ports);
  expect(notices).toEqual([{ kind: 'shipped', trackingNumber: 'T' }]);
});

it('closes the order of a customer who cannot be reached, and says so', async () => {
  const { ports, ended, statuses } = world({ stage: 'fraud-check', how: 'rejected' });
  const notify = () => Promise.reject(new ProviderUnavailable('The messenger is down'));
  await run(event(samples['low']), { ...ports, customers: { ...ports.customers, notify } });
  expect(statuses.at(-1)).toBe('failed');
  expect(ended().warnings).toEqual([
    { stage: 'send-notifications', message: 'The messenger is down' },
  ]);
});

it('goes on undoing when one undo fails, and records it', async () => {
  const { ports, ended } = world({ stage: 'generate-invoice', how: 'rejected' });
  const broken: Ports = {
    ...ports,
    inventory: {
      ...ports.inventory,
      release: () => Promise.reject(new ProviderUnavailable('The warehouse is down')),
    },
  };
  await run(event(samples['high']), broken);
  expect(ended().undos).toEqual([
    { undo: 'release-inventory', outcome: 'failed', message: 'The warehouse is down' },
    { undo: 'refund-payment', outcome: 'done' },
  ]);
});

it("keeps the text of an error that is not the workflow's own out of the order's record", async () => {
  const { ports, ended } = world();
  const leaking: Ports = {
    ...ports,
    risk: {
      ...ports.risk,
      checkFraud: async () => {
        throw Object.assign(new Error('role arn:aws:iam::123456789012:role/x may not read'), {
          name: 'AccessDeniedException',
        });
      },
    },
  };
  await run(event(samples['high']), leaking);
  expect(ended().failure?.message).toBe('An unexpected error (AccessDeniedException)');
});

it("leaves another execution's order of the same id alone, and fails", async () => {
  const { ports, calls, statuses } = world();
  const place = () => Promise.reject(new OrderIdTaken('order-1'));
  const { result, operations } = await run(event(samples['high']), {
    ...ports,
    orders: { ...ports.orders, place },
  });
  expect(result.getStatus()).toBe('FAILED');
  expect(result.getError().errorMessage).toContain('belongs to another execution');
  expect(operations).toEqual(['validate-order']);
  expect([...calls, ...statuses]).toEqual([]);
});

it('gives every effect the key of its order and stage', async () => {
  const { ports, keys } = world();
  await run(event(samples['high']), ports);
  const asked = stages.filter((each) => each.kind === 'step').map((each) => `order-1/${each.id}`);
  expect(keys).toEqual(asked.filter((key) => !/validate-order|complete-order/.test(key)));
});

it('says in the log what was done, and never who the customer is', async () => {
  const { ports } = world({ stage: 'package-order', how: 'broken' });
  let text = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((said) => {
      text += String(said);
      return true;
    }),
  );
  process.env['AWS_LAMBDA_LOG_LEVEL'] = 'INFO';
  const order = { ...samples['high'], customerPhone: '+1 555 0100' } as Order;
  await run(event(order), ports);
  for (const spy of spies) spy.mockRestore();
  process.env['AWS_LAMBDA_LOG_LEVEL'] = 'ERROR';
  const lines = text
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  expect(lines.map(({ message }) => message)).toContainEqual({
    text: 'process-payment done',
    orderId: 'order-1',
    stage: 'process-payment',
    attempt: 1,
    durationMs: expect.any(Number),
  });
  expect(text).toContain('package-order failed: ProviderUnavailable');
  expect(text).not.toMatch(/@example\.com|555/);
});

it.each([
  ['completed', undefined, ['accepted', 'completed']],
  ['refused', { stage: 'credit-check', how: 'rejected' }, ['accepted', 'failed']],
] as const)('counts an order that is %s once', async (_, failing, expected) => {
  const { ports, counted } = world(failing);
  await run(event(samples['high']), ports);
  expect(counted).toEqual(expected);
});
