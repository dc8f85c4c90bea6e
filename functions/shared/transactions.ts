import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { documents } from './tables.ts';

export type TransactItems = NonNullable<TransactWriteCommandInput['TransactItems']>;

/** How often a transaction that met another one on the same item is tried, before the step's own retry takes over. */
const tries = 6;

/**
 * Writes all items or none. Answers the index of the first item whose condition refused, or undefined when all are
 * written. Orders of one popular product meet on its item; they wait for moments that differ by `key`.
 */
export async function transact(items: TransactItems, key: string): Promise<number | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await documents.send(new TransactWriteCommand({ TransactItems: items }));
      return undefined;
    } catch (error) {
      const reasons = reasonsOf(error);
      const refused = reasons.indexOf('ConditionalCheckFailed');
      if (refused >= 0) return refused;
      if (!reasons.includes('TransactionConflict') || attempt === tries) throw error;
      await setTimeout(momentOf(key, attempt));
    }
  }
}

/** Milliseconds, doubling by attempt and spread by the key's hash: the same for the same key, without chance. */
function momentOf(key: string, attempt: number): number {
  const [spread = 0] = createHash('sha256').update(`${key}#${attempt}`).digest();
  return Math.round(20 * 2 ** attempt * (0.5 + spread / 255));
}

function reasonsOf(error: unknown): readonly (string | undefined)[] {
  const { CancellationReasons = [] } = error as { CancellationReasons?: { Code?: string }[] };
  return CancellationReasons.map(({ Code }) => Code);
}
