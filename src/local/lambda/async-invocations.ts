import { randomUUID } from 'node:crypto';
import type { Store } from '../store/store.ts';
import type { DeadLetter } from './dead-letter.ts';
import { deadLetterFor } from './dead-letter.ts';
import type { FunctionVersion } from './function-registry.ts';
import type { HandlerRunner } from './run-handler.ts';

interface Row {
  readonly id: string;
  readonly function: string;
  readonly version: string;
  readonly event: string;
  readonly attempts: number;
}

interface AsyncInvocationDeps {
  readonly store: Store;
  readonly handlers: HandlerRunner;
  /** Speed of the virtual clock, by which the delays between attempts are shortened. */
  readonly speed: number;
  /** Sends the dead-letter message of a failed invocation, within the transaction that removes the invocation. */
  readonly sendToDeadLetterQueue: (deadLetter: DeadLetter) => void;
}

const maxAttempts = 3;
/** Delay before the second attempt; twice as long before the third (ms of virtual time). */
const retryDelayMs = 60_000;

/**
 * Asynchronous invocations of functions that are not durable. Each is kept, also across a restart of the runtime, until one of
 * three attempts succeeds. After the third failure it becomes a dead-letter message.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class AsyncInvocations {
  readonly #deps: AsyncInvocationDeps;
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(deps: AsyncInvocationDeps) {
    this.#deps = deps;
    deps.store.schema(
      `create table if not exists lambda_async (
         id text primary key, function text not null, version text not null, event text not null,
         attempts integer not null)`,
    );
  }

  /** Accepts an invocation. Its first attempt begins when the invocation is on disk. */
  add({ settings, version }: FunctionVersion, event: string): void {
    const { store } = this.#deps;
    const row = { id: randomUUID(), function: settings.name, version, event, attempts: 0 };
    store.transact(() =>
      store
        .sql('insert into lambda_async values (?, ?, ?, ?, ?)')
        .run(row.id, row.function, row.version, row.event, row.attempts),
    );
    void store.committed().then(() => this.#attempt(row));
  }

  /** Starts an attempt for each invocation that was pending when the runtime stopped. */
  resume(): void {
    const rows = this.#deps.store.sql('select * from lambda_async').all();
    for (const row of rows) void this.#attempt(row as unknown as Row);
  }

  /** Returns the number of pending invocations. */
  count(): number {
    return Number(this.#deps.store.sql('select count(*) as n from lambda_async').get()?.['n']);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #attempt(row: Row): Promise<void> {
    if (this.#closed) return;
    const { store, handlers, speed, sendToDeadLetterQueue } = this.#deps;
    const { id, function: functionName, version, event } = row;
    const { error } = await handlers.run({ functionName, version, event, requestId: id });
    if (this.#closed) return;
    const attempts = row.attempts + 1;
    if (error && attempts < maxAttempts) {
      store.transact(() =>
        store.sql('update lambda_async set attempts = ? where id = ?').run(attempts, id),
      );
      this.#scheduleRetry((retryDelayMs * attempts) / speed, { ...row, attempts });
      return;
    }
    store.transact(() => {
      store.sql('delete from lambda_async where id = ?').run(id);
      const deadLetter = error && deadLetterFor(handlers.functions, row, error.errorMessage);
      if (deadLetter) sendToDeadLetterQueue(deadLetter);
    });
  }

  #scheduleRetry(ms: number, row: Row): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#attempt(row);
    }, ms);
    this.#timers.add(timer);
  }
}
