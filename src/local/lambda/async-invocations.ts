import { randomUUID } from 'node:crypto';
import type { Store } from '../store/store.ts';
import type { DeadLetter } from './dead-letter.ts';
import { letterOf } from './dead-letter.ts';
import type { FunctionVersion } from './function-registry.ts';
import type { Handlers } from './run-handler.ts';

interface Row {
  readonly id: string;
  readonly function: string;
  readonly version: string;
  readonly event: string;
  readonly attempts: number;
}

interface Parts {
  readonly store: Store;
  readonly handlers: Handlers;
  /** How much faster than the wall clock the time between two attempts passes. */
  readonly speed: number;
  /** Takes what was given up, within the transaction in which it is. */
  readonly bury: (letter: DeadLetter) => void;
}

const mostAttempts = 3;
/** Before the second attempt, and twice as long before the third; ms. */
const retryAfter = 60_000;

/**
 * Asynchronous invocations of functions that are not durable: kept until one attempt of three succeeds, also over a
 * restart of the runtime, or they are given up and become dead letters.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class AsyncInvocations {
  readonly #parts: Parts;
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.store.schema(
      `create table if not exists lambda_async (
         id text primary key, function text not null, version text not null, event text not null,
         attempts integer not null)`,
    );
  }

  /** Accepts an invocation, and makes it once it is on disk. */
  add({ settings, version }: FunctionVersion, event: string): void {
    const { store } = this.#parts;
    const row = { id: randomUUID(), function: settings.name, version, event, attempts: 0 };
    store.transact(() =>
      store
        .sql('insert into lambda_async values (?, ?, ?, ?, ?)')
        .run(row.id, row.function, row.version, row.event, row.attempts),
    );
    void store.committed().then(() => this.#attempt(row));
  }

  /** Goes on with what was left when the runtime went down. */
  resume(): void {
    const rows = this.#parts.store.sql('select * from lambda_async').all();
    for (const row of rows) void this.#attempt(row as unknown as Row);
  }

  count(): number {
    return Number(this.#parts.store.sql('select count(*) as n from lambda_async').get()?.['n']);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #attempt(row: Row): Promise<void> {
    if (this.#closed) return;
    const { store, handlers, speed, bury } = this.#parts;
    const { id, function: functionName, version, event } = row;
    const { error } = await handlers.run({ functionName, version, event, requestId: id });
    if (this.#closed) return;
    const attempts = row.attempts + 1;
    if (error && attempts < mostAttempts) {
      store.transact(() =>
        store.sql('update lambda_async set attempts = ? where id = ?').run(attempts, id),
      );
      this.#later((retryAfter * attempts) / speed, { ...row, attempts });
      return;
    }
    store.transact(() => {
      store.sql('delete from lambda_async where id = ?').run(id);
      const letter = error && letterOf(handlers.functions, row, error.errorMessage);
      if (letter) bury(letter);
    });
  }

  #later(ms: number, row: Row): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#attempt(row);
    }, ms);
    this.#timers.add(timer);
  }
}
