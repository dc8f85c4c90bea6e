import { expect, it } from 'vitest';
import { retryConflicts } from '../../functions/shared/transactions.ts';

const awsError = (name: string, ...codes: string[]) =>
  Object.assign(new Error(name), {
    name,
    ...(codes.length > 0 && { CancellationReasons: codes.map((Code) => ({ Code })) }),
  });

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

it.each([
  ['a single write', awsError('TransactionConflictException')],
  ['a transaction', awsError('TransactionCanceledException', 'None', 'TransactionConflict')],
])('repeats %s that conflicts with a transaction', async (_, conflict) => {
  const { write, attempts } = failing(conflict, conflict);
  expect(await retryConflicts('order-1', write)).toBe('written');
  expect(attempts()).toBe(3);
});

it.each([
  ['failed condition', awsError('TransactionCanceledException', 'ConditionalCheckFailed')],
  [
    'failed condition next to a conflict',
    awsError('TransactionCanceledException', 'TransactionConflict', 'ConditionalCheckFailed'),
  ],
  ['failed condition of a single write', awsError('ConditionalCheckFailedException')],
])('does not repeat a write after a %s', async (_, error) => {
  const { write, attempts } = failing(error);
  await expect(retryConflicts('order-1', write)).rejects.toBe(error);
  expect(attempts()).toBe(1);
});
