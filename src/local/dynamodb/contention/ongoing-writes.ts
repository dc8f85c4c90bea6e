import { setTimeout as delay } from 'node:timers/promises';
import { AwsError } from '../../wire/aws-error.ts';

/** A transaction with its items, as texts that identify them, and its client request token. */
export interface OngoingTransaction {
  readonly items: readonly string[];
  readonly token?: string | undefined;
}

/**
 * The items that requests in flight are writing. A transaction is ongoing until its response is sent, which is `windowMs` (wall
 * time) after its writes; other writes are ongoing until they are on disk.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */
export class OngoingWrites {
  readonly #windowMs: number;
  readonly #wait: (ms: number) => Promise<unknown>;
  readonly #transactions = new Set<string>();
  readonly #tokens = new Set<string>();
  /** Number of ongoing writes by item. */
  readonly #writes = new Map<string, number>();

  /** `wait` resolves after a time (ms). */
  constructor(windowMs: number, wait: (ms: number) => Promise<unknown> = delay) {
    this.#windowMs = windowMs;
    this.#wait = wait;
  }

  /** Reports whether an item is part of an ongoing transaction: other writes and transactions of the item are then rejected. */
  isInTransaction(item: string): boolean {
    return this.#transactions.has(item);
  }

  /** Reports whether an item is being written: transactions that read it are then rejected. */
  isBeingWritten(item: string): boolean {
    return this.#transactions.has(item) || this.#writes.has(item);
  }

  /** Throws TransactionConflictException if an item is part of an ongoing transaction. */
  rejectConflict(item: string): void {
    if (!this.isInTransaction(item)) return;
    throw new AwsError('TransactionConflictException', conflict.Message);
  }

  /**
   * Writes a transaction and resolves with the result when it has ended. A transaction that fails because of a condition is ongoing
   * for as long. A conflict with another transaction fails at once. Throws TransactionInProgressException for the token of an
   * ongoing transaction.
   */
  async runTransaction<T>({ items, token }: OngoingTransaction, write: () => T): Promise<T> {
    if (token !== undefined && this.#tokens.has(token)) {
      throw new AwsError(
        'TransactionInProgressException',
        'The transaction with the given request token is already in progress.',
      );
    }
    const isConflicting = items.some((item) => this.isInTransaction(item));
    const result = attempt(write);
    if (!isConflicting) {
      for (const item of items) this.#transactions.add(item);
      if (token !== undefined) this.#tokens.add(token);
      await this.#wait(this.#windowMs);
      for (const item of items) this.#transactions.delete(item);
      if (token !== undefined) this.#tokens.delete(token);
    }
    return result();
  }

  /** Notes the write of an item that is no transaction, until `written` settles. */
  noteWrite(item: string, written: Promise<void>): void {
    this.#writes.set(item, (this.#writes.get(item) ?? 0) + 1);
    const onWritten = () => {
      const others = (this.#writes.get(item) ?? 1) - 1;
      if (others > 0) this.#writes.set(item, others);
      else this.#writes.delete(item);
    };
    written.then(onWritten, onWritten);
  }
}

/** The cancellation reason of an item that another request is writing. */
export const conflict = {
  Code: 'TransactionConflict',
  Message: 'Transaction is ongoing for the item',
} as const;

/** Calls a function now. Returns a function that returns its result, or throws its error. */
function attempt<T>(work: () => T): () => T {
  try {
    const result = work();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
