import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { documents } from './dynamodb.ts';
import { WriteContention } from './write-contention.ts';

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/**
 * Attempts of a write that conflicts with a transaction. A transaction takes about 10 ms. If the conflict persists, the next attempt of
 * the durable step follows, and no invocation runs until then.
 */
const maxAttempts = 4;

/** Outcome of an item of a transaction. `busy`: another write of the item was in progress, or its partition was exhausted. */
export type ItemOutcome = 'unchanged' | 'condition failed' | 'busy';

export interface Cancellation {
  readonly outcomes: readonly ItemOutcome[];
  /** The existing items whose conditions failed, if they were asked for, in the format of the low-level client. */
  readonly items: readonly (Readonly<Record<string, { N?: string }>> | undefined)[];
}

/** Sends a transaction once. Returns why nothing was written; undefined if all items are written. Throws any other error. */
export async function tryTransact(
  items: readonly TransactItem[],
): Promise<Cancellation | undefined> {
  try {
    await documents.send(new TransactWriteCommand({ TransactItems: [...items] }));
    return undefined;
  } catch (error) {
    const reasons = cancellationReasons(error);
    const outcomes = reasons.map(({ Code = 'None' }) => outcomeByCode[Code]);
    if (outcomes.length === 0 || !outcomes.every((outcome) => outcome !== undefined)) throw error;
    return { outcomes, items: reasons.map(({ Item }) => Item) };
  }
}

/**
 * Writes all items or none. Returns the index of the first item whose condition failed; undefined if all are written. The delays
 * between attempts depend on `key`. Throws WriteContention if another write of an item is in progress at every attempt.
 */
export async function transact(
  items: readonly TransactItem[],
  key: string,
): Promise<number | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const cancellation = await tryTransact(items);
    if (!cancellation) return undefined;
    const failed = cancellation.outcomes.indexOf('condition failed');
    if (failed >= 0) return failed;
    if (attempt === maxAttempts) throw new WriteContention();
    await waitForOthers(key, attempt);
  }
}

/**
 * Sends a single write, again while a transaction is writing its item; the SDK does not retry this error. The delays depend on `key`.
 * Throws WriteContention if a transaction is in progress at every attempt.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */
export async function retryConflicts<T>(key: string, write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof Error && error.name === 'TransactionConflictException')) throw error;
      if (attempt === maxAttempts) throw new WriteContention();
    }
    await waitForOthers(key, attempt);
  }
}

/** Waits for 8 to 23 ms after the first attempt, and longer after each further one. The same key has the same delays. */
export async function waitForOthers(key: string, attempt: number): Promise<void> {
  const [jitter = 0] = createHash('sha256').update(`${key}#${attempt}`).digest();
  await setTimeout(Math.round(15 * attempt * (0.5 + jitter / 255)));
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const outcomeByCode: Readonly<Record<string, ItemOutcome | undefined>> = {
  None: 'unchanged',
  ConditionalCheckFailed: 'condition failed',
  TransactionConflict: 'busy',
  ThrottlingError: 'busy',
  ProvisionedThroughputExceeded: 'busy',
};

interface Reason {
  readonly Code?: string;
  readonly Item?: Readonly<Record<string, { N?: string }>>;
}

function cancellationReasons(error: unknown): readonly Reason[] {
  const { CancellationReasons = [] } = error as { CancellationReasons?: Reason[] };
  return CancellationReasons;
}
