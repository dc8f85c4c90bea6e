import { afterAll, beforeAll, expect, it } from 'vitest';
import type { retryConflicts, transact } from '../../functions/shared/transactions.ts';

/** The functions under test, whose client sends no request: `transact` fails with each of these errors in turn. */
let module: { retryConflicts: typeof retryConflicts; transact: typeof transact };
let responses: Error[] = [];
let requests = 0;

beforeAll(async () => {
  process.env['AWS_REGION'] = 'us-east-2';
  const { documents } = await import('../../functions/shared/dynamodb.ts');
  documents.middlewareStack.add(
    () => async () => {
      requests += 1;
      const error = responses.shift();
      if (error) throw error;
      return { output: { $metadata: {} }, response: {} };
    },
    { step: 'initialize', priority: 'high', name: 'responses' },
  );
  module = await import('../../functions/shared/transactions.ts');
});
afterAll(() => {
  delete process.env['AWS_REGION'];
});

const awsError = (name: string, ...codes: string[]) =>
  Object.assign(new Error(name), {
    name,
    ...(codes.length > 0 && { CancellationReasons: codes.map((Code) => ({ Code })) }),
  });
const cancelled = (...codes: string[]) => awsError('TransactionCanceledException', ...codes);
const conflict = awsError('TransactionConflictException');

/** Returns a write that fails with each error in turn and then succeeds, and the number of its attempts. */
function failing(...errors: readonly Error[]) {
  let attempts = 0;
  const write = async () => {
    const error = errors[attempts];
    attempts += 1;
    if (error) throw error;
    return 'written';
  };
  return { write, attempts: () => attempts };
}

async function transactAfter(...errors: Error[]) {
  responses = [...errors];
  requests = 0;
  return { failed: await module.transact([], 'order-1'), requests };
}

it('repeats a single write that conflicts with a transaction', async () => {
  const { write, attempts } = failing(conflict, conflict);
  expect(await module.retryConflicts('order-1', write)).toBe('written');
  expect(attempts()).toBe(3);
});

it('leaves a single write that keeps conflicting to the durable retry of the step', async () => {
  const { write, attempts } = failing(...Array<Error>(9).fill(conflict));
  await expect(module.retryConflicts('order-1', write)).rejects.toMatchObject({
    name: 'WriteContention',
  });
  expect(attempts()).toBe(4);
});

it('does not repeat a single write whose condition failed', async () => {
  const error = awsError('ConditionalCheckFailedException');
  const { write, attempts } = failing(error);
  await expect(module.retryConflicts('order-1', write)).rejects.toBe(error);
  expect(attempts()).toBe(1);
});

it.each([
  ['conflicts with another one', 'TransactionConflict'],
  ['writes to a busy partition', 'ThrottlingError'],
])('repeats a transaction that %s', async (_, code) => {
  const result = await transactAfter(cancelled('None', code), cancelled(code, 'None'));
  expect(result).toEqual({ failed: undefined, requests: 3 });
});

it('leaves a transaction that keeps conflicting to the durable retry of the step', async () => {
  const conflicts = Array.from({ length: 9 }, () => cancelled('TransactionConflict'));
  await expect(transactAfter(...conflicts)).rejects.toMatchObject({ name: 'WriteContention' });
  expect(requests).toBe(4);
});

it.each([
  ['failed', cancelled('None', 'ConditionalCheckFailed'), 1],
  ['failed next to a conflict', cancelled('ConditionalCheckFailed', 'TransactionConflict'), 0],
])(
  'returns the item whose condition %s, and does not repeat the transaction',
  async (_, error, failed) => {
    expect(await transactAfter(error)).toEqual({ failed, requests: 1 });
  },
);

it('does not repeat a transaction that fails for another reason', async () => {
  const error = cancelled('None', 'ValidationError');
  await expect(transactAfter(error)).rejects.toBe(error);
  expect(requests).toBe(1);
});
