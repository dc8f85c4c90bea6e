import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { documents } from './dynamodb.ts';

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Attempts of a write that conflicts with a transaction; after that, the retry of the durable step takes over. */
const maxAttempts = 6;

/**
 * Writes all items or none. Returns the index of the first item whose condition failed; undefined if all are written.
 * Orders of the same product conflict on its item, so the delay before the next attempt depends on `key`.
 */
export async function transact(
  items: readonly TransactItem[],
  key: string,
): Promise<number | undefined> {
  try {
    const command = new TransactWriteCommand({ TransactItems: [...items] });
    await retryConflicts(key, () => documents.send(command));
    return undefined;
  } catch (error) {
    const failed = cancellationReasons(error).indexOf('ConditionalCheckFailed');
    if (failed < 0) throw error;
    return failed;
  }
}

/**
 * Sends a write, again while a transaction is writing one of its items. The SDK does not retry this error, which single writes
 * receive as well. The delays depend on `key`.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */
export async function retryConflicts<T>(key: string, write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error) || attempt === maxAttempts) throw error;
      await setTimeout(backoffMs(key, attempt));
    }
  }
}

function isConflict(error: unknown): boolean {
  if (error instanceof Error && error.name === 'TransactionConflictException') return true;
  const reasons = cancellationReasons(error);
  return reasons.includes('TransactionConflict') && !reasons.includes('ConditionalCheckFailed');
}

/** A delay that doubles with every attempt, with a jitter derived from the key: the same key has the same delays. */
function backoffMs(key: string, attempt: number): number {
  const [jitter = 0] = createHash('sha256').update(`${key}#${attempt}`).digest();
  return Math.round(20 * 2 ** attempt * (0.5 + jitter / 255));
}

function cancellationReasons(error: unknown): readonly (string | undefined)[] {
  const { CancellationReasons = [] } = error as { CancellationReasons?: { Code?: string }[] };
  return CancellationReasons.map(({ Code }) => Code);
}
