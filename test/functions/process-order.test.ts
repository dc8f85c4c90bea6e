import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OrderOutcome } from '../../functions/contract/api.ts';
import { technicalFailure } from '../../functions/contract/failure.ts';
import type { Order } from '../../functions/contract/order.ts';
import { maxStepAttempts } from '../../functions/contract/retries.ts';
import { samples } from '../../functions/contract/samples.ts';
import {
  statuses as allStatuses,
  isOptional,
  pointOfNoReturn,
  type StepId,
  stages,
  undosForFailureAt,
} from '../../functions/contract/workflow.ts';
import { OrderIdTaken, ProviderUnavailable } from '../../functions/order-workflow/failures.ts';
import type { Ports } from '../../functions/order-workflow/ports.ts';
import { processOrder } from '../../functions/order-workflow/process-order.ts';
import { createFakePorts, type How } from './fake-ports.ts';
import { waitSeconds } from './wait-seconds.ts';

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
        waitSeconds,
        reviewTimeoutSeconds: 60,
      }),
    ),
  });
  const result = await runner.run({ payload: event });
  return { result, operations: result.getOperations().map((operation) => operation.getName()) };
}

const event = (order: Order | undefined) => ({ orderId: 'order-1', order });
const undoNames = stages.flatMap((stage) => ('undo' in stage ? [stage.undo as string] : []));
const waits = stages.filter(({ kind }) => kind === 'wait');
const noReturn = stages.findIndex(({ id }) => id === pointOfNoReturn);

it('runs exactly the stages of the contract, in order', async () => {
  const { ports, statuses } = createFakePorts();
  const { result, operations } = await run(event(samples['high']), ports);
  expect(operations).toEqual(stages.map(({ id }) => id));
  const waited = result.getOperations().filter((operation) => operation.getType() === 'WAIT');
  expect(waited).toHaveLength(waits.length);
  expect(result.getResult()).toEqual({ orderId: 'order-1', outcome: 'completed' });
  expect(statuses).toEqual(allStatuses);
});

it('skips the credit check of an order up to the limit and calls no credit service', async () => {
  const { ports, calls, statuses } = createFakePorts();
  const { operations } = await run(event(samples['low']), ports);
  expect(operations).toHaveLength(stages.length);
  expect(calls).not.toContain('credit-check');
  expect(statuses).not.toContain('credit-checked');
});

it('rejects an order without items, with a reason, and calls no service', async () => {
  const { ports, calls, ended } = createFakePorts();
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

it('rejects an event that is not an order with the name of the field, and writes nothing', async () => {
  const { ports, calls, statuses } = createFakePorts();
  const { result } = await run({ orderId: 'order-1', order: { customerId: 7 } }, ports);
  expect(result.getResult()).toMatchObject({
    orderId: 'order-1',
    outcome: 'rejected',
    failure: {
      code: 'invalid-event',
      message: expect.stringContaining('customerId must be text'),
    },
  });
  expect([...calls, ...statuses]).toEqual([]);
});

it.each([null, [], 'order', 7])('rejects the event %j', async (value) => {
  const { ports, statuses } = createFakePorts();
  const { result } = await run(value, ports);
  expect(result.getResult()).toMatchObject({ outcome: 'rejected' });
  expect(statuses).toEqual([]);
});

const upToNoReturn = stages.slice(0, noReturn + 1);
const failures = upToNoReturn
  .filter(({ kind }) => kind === 'step')
  .flatMap(({ id }) => [
    { stage: id as StepId, how: 'rejected' as How },
    { stage: id as StepId, how: 'technical' as How },
  ]);

describe.each(failures)('when $stage fails ($how)', ({ stage, how }) => {
  const fake = createFakePorts({ stage, how });
  let status: unknown;
  beforeAll(async () => {
    const { result } = await run(event(samples['high']), fake.ports);
    status = result.getStatus();
  });

  it('undoes the earlier stages once, in reverse order', () => {
    const expected = undosForFailureAt(stage, how);
    expect(fake.calls.filter((call) => undoNames.includes(call))).toEqual(expected);
    expect(fake.ended().undos).toEqual(expected.map((undo) => ({ undo, outcome: 'done' })));
  });

  it(how === 'rejected' ? 'calls the service once' : 'retries the step', () => {
    const calls = fake.calls.filter((call) => call === stage);
    expect(calls).toHaveLength(how === 'rejected' ? 1 : maxStepAttempts);
  });

  it('notifies the customer of the failure once', () => {
    if (stage === pointOfNoReturn) {
      // The order may be with the carrier, so it needs attention first.
      expect([fake.notices, fake.ended().flagged]).toEqual([[], true]);
      return;
    }
    const refunded = undosForFailureAt(stage, how).includes('refund-payment');
    expect(fake.notices).toEqual([{ kind: 'failed', failure: fake.ended().failure, refunded }]);
  });

  it('closes the order as failed, with the reason', () => {
    expect(fake.statuses.at(-1)).toBe('failed');
    expect(fake.ended().failure).toEqual(
      how === 'rejected'
        ? { stage, code: 'refused', message: `${stage} is rejected` }
        : { stage, code: technicalFailure, message: `${stage} is down` },
    );
  });

  it(how === 'rejected' ? 'returns an outcome' : 'fails the execution', () => {
    expect(status).toBe(how === 'rejected' ? 'SUCCEEDED' : 'FAILED');
  });
});

/** Statuses before the hand-over, and the step that records each. The status of a wait is recorded by the step before it. */
const cancellable = stages.slice(1, noReturn + 1).flatMap((stage, index, all) => {
  if (!('status' in stage)) return [];
  const step = stage.kind === 'wait' ? all[index - 1] : stage;
  return step ? [{ status: stage.status, step: step.id as StepId }] : [];
});

describe.each(cancellable)('cancelled before it is $status', ({ status, step }) => {
  it('undoes all completed stages and the current one, and ends as cancelled', async () => {
    const { ports, calls, notices, statuses, ended } = createFakePorts(undefined, status);
    const { result, operations } = await run(event(samples['high']), ports);
    expect(result.getResult()).toEqual({ orderId: 'order-1', outcome: 'cancelled' });
    const last = step === pointOfNoReturn ? stages[noReturn - 1]?.id : step;
    const undos = undosForFailureAt(last ?? step, 'technical');
    expect(calls.filter((call) => undoNames.includes(call))).toEqual(undos);
    expect(ended().undos).toEqual(undos.map((undo) => ({ undo, outcome: 'done' })));
    expect(statuses.at(-1)).toBe('cancelled');
    expect(operations.slice(-2)).toEqual(['notify-customer', 'cancel-order']);
    const refunded = undos.includes('refund-payment');
    expect(notices).toEqual([{ kind: 'cancelled', refunded }]);
    expect(calls).not.toContain(pointOfNoReturn);
  });
});

it.each(stages.flatMap(({ id }) => (isOptional(id) ? [id] : [])))(
  'completes with a warning if %s fails',
  async (stage) => {
    const { ports, calls, ended } = createFakePorts({ stage, how: 'technical' });
    const { result } = await run(event(samples['low']), ports);
    expect((result.getResult() as OrderOutcome).outcome).toBe('completed');
    expect(ended().warnings).toEqual([{ stage, message: `${stage} is down` }]);
    expect(calls.filter((call) => undoNames.includes(call))).toEqual([]);
  },
);

it('notifies the customer of a completed order of its shipment once', async () => {
  const { ports, notices } = createFakePorts();
  await run(event(samples['low']), ports);
  expect(notices).toEqual([{ kind: 'shipped', trackingNumber: 'T' }]);
});

it('closes the order with a warning if the customer cannot be notified', async () => {
  const { ports, ended, statuses } = createFakePorts({ stage: 'fraud-check', how: 'rejected' });
  const notify = () => Promise.reject(new ProviderUnavailable('The messenger is down'));
  await run(event(samples['low']), { ...ports, customers: { ...ports.customers, notify } });
  expect(statuses.at(-1)).toBe('failed');
  expect(ended().warnings).toEqual([
    { stage: 'send-notifications', message: 'The messenger is down' },
  ]);
});

it('records a failing undo and continues with the others', async () => {
  const { ports, ended } = createFakePorts({ stage: 'generate-invoice', how: 'rejected' });
  const failing: Ports = {
    ...ports,
    inventory: {
      ...ports.inventory,
      release: () => Promise.reject(new ProviderUnavailable('The warehouse is down')),
    },
  };
  await run(event(samples['high']), failing);
  expect(ended().undos).toEqual([
    { undo: 'release-inventory', outcome: 'failed', message: 'The warehouse is down' },
    { undo: 'refund-payment', outcome: 'done' },
  ]);
});

it('stores only the name of a foreign error', async () => {
  const { ports, ended } = createFakePorts();
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

it('rejects an order whose id belongs to another execution, and changes nothing', async () => {
  const { ports, calls, statuses } = createFakePorts();
  const place = () => Promise.reject(new OrderIdTaken('order-1'));
  const { result, operations } = await run(event(samples['high']), {
    ...ports,
    orders: { ...ports.orders, place },
  });
  expect(result.getResult()).toMatchObject({
    outcome: 'rejected',
    failure: { code: 'order-id-taken', message: expect.stringContaining('another execution') },
  });
  expect(operations).toEqual(['validate-order']);
  expect([...calls, ...statuses]).toEqual([]);
});

it('passes the key of the order and stage to every service', async () => {
  const { ports, keys } = createFakePorts();
  await run(event(samples['high']), ports);
  const steps = stages.filter(({ kind }) => kind === 'step').map(({ id }) => `order-1/${id}`);
  expect(keys).toEqual(steps.filter((key) => !/validate-order|complete-order/.test(key)));
});

it('logs each step without data of the customer', async () => {
  const { ports } = createFakePorts({ stage: 'package-order', how: 'technical' });
  let text = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((written) => {
      text += String(written);
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
  expect(text).not.toMatch(/@example\.com|\+1 555/);
});

it.each([
  ['completed', undefined, ['accepted', 'completed']],
  ['rejected', { stage: 'credit-check', how: 'rejected' }, ['accepted', 'failed']],
] as const)('counts a %s order once', async (_, failing, expected) => {
  const { ports, counted } = createFakePorts(failing);
  await run(event(samples['high']), ports);
  expect(counted).toEqual(expected);
});
