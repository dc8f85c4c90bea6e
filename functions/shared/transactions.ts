import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { documents } from './dynamodb.ts';

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Attempts of a transaction that conflicts with another one; after that, the retry of the durable step takes over. */
const maxAttempts = 6;

/**
 * Writes all items or none. Returns the index of the first item whose condition failed; undefined if all are written.
 * Orders of the same product conflict on its item, so the delay before the next attempt depends on `key`.
 */
export async function transact(
  items: readonly TransactItem[],
  key: string,
): Promise<number | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await documents.send(new TransactWriteCommand({ TransactItems: [...items] }));
      return undefined;
    } catch (error) {
      const reasons = cancellationReasons(error);
      const failed = reasons.indexOf('ConditionalCheckFailed');
      if (failed >= 0) return failed;
      if (!reasons.includes('TransactionConflict') || attempt === maxAttempts) throw error;
      await setTimeout(backoffMs(key, attempt));
    }
  }
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
