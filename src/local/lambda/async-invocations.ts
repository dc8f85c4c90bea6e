import { randomUUID } from 'node:crypto';
import type { Clock } from '../shared/clock.ts';
import type { Store } from '../store/store.ts';
import type { DeadLetter } from './dead-letter.ts';
import { deadLetterFor } from './dead-letter.ts';
import type { EventInvokeConfig } from './event-invoke-configs.ts';
import type { FunctionVersion } from './function-registry.ts';
import type { HandlerRunner } from './run-handler.ts';

interface Row {
  readonly id: string;
  readonly function: string;
  readonly version: string;
  readonly event: string;
  readonly attempts: number;
  /** Number of attempts after which the event is discarded; absent in rows of earlier versions. */
  readonly max_attempts?: number | null;
  /** Virtual time at which the event is discarded (ms); absent in rows of earlier versions. */
  readonly expires?: number | null;
}

interface AsyncInvocationDeps {
  readonly store: Store;
  readonly handlers: HandlerRunner;
  /** Virtual time, by which events age and the delays between attempts are shortened. */
  readonly clock: Pick<Clock, 'now' | 'speed'>;
  /** Sends the dead-letter message of a failed invocation, within the transaction that removes the invocation. */
  readonly sendToDeadLetterQueue: (deadLetter: DeadLetter) => void;
}

const defaultRetryAttempts = 2;
/** Age at which an event is discarded without a configuration (seconds). */
const defaultMaxAgeSeconds = 21_600;
/** Delay before the second attempt; twice as long before the third (ms of virtual time). */
const retryDelayMs = 60_000;

/**
 * Asynchronous invocations of functions that are not durable. Each is kept, also across a restart of the runtime, until an attempt
 * succeeds, until all attempts failed, or until the event is too old. In the last two cases it becomes a dead-letter message.
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
         attempts integer not null);
       create table if not exists lambda_async_limits (
         id text primary key, max_attempts integer not null, expires real not null) without rowid`,
    );
  }

  /** Accepts an invocation with the limits of the configuration. Its first attempt begins when the invocation is on disk. */
  add({ settings, version }: FunctionVersion, event: string, config: EventInvokeConfig = {}): void {
    const { store, clock } = this.#deps;
    const { retryAttempts = defaultRetryAttempts, maxAgeSeconds = defaultMaxAgeSeconds } = config;
    const row = { id: randomUUID(), function: settings.name, version, event, attempts: 0 };
    const limits = { max_attempts: retryAttempts + 1, expires: clock.now() + maxAgeSeconds * 1000 };
    store.transact(() => {
      store
        .sql('insert into lambda_async values (?, ?, ?, ?, ?)')
        .run(row.id, row.function, row.version, row.event, row.attempts);
      store
        .sql('insert into lambda_async_limits values (?, ?, ?)')
        .run(row.id, limits.max_attempts, limits.expires);
    });
    void store.committed().then(() => this.#attempt({ ...row, ...limits }));
  }

  /** Starts an attempt for each invocation that was pending when the runtime stopped. */
  resume(): void {
    const rows = this.#deps.store
      .sql('select * from lambda_async left join lambda_async_limits using (id)')
      .all();
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
    const { store, handlers, clock } = this.#deps;
    const { id, function: functionName, version, event } = row;
    const call = { functionName, version, event, requestId: id, isStart: true };
    const { error } = await handlers.run(call);
    if (this.#closed) return;
    const attempts = row.attempts + 1;
    const maxAttempts = row.max_attempts ?? defaultRetryAttempts + 1;
    if (!error || attempts >= maxAttempts) {
      this.#finish(row, error?.errorMessage);
      return;
    }
    store.transact(() =>
      store.sql('update lambda_async set attempts = ? where id = ?').run(attempts, id),
    );
    this.#scheduleRetry((retryDelayMs * attempts) / clock.speed, () => {
      const isExpired = clock.now() >= (row.expires ?? Number.POSITIVE_INFINITY);
      if (isExpired) this.#finish(row, error.errorMessage);
      else void this.#attempt({ ...row, attempts });
    });
  }

  /** Removes an invocation; with the message of its last error, the event goes to the dead-letter queue. */
  #finish(row: Row, message: string | undefined): void {
    const { store, handlers, sendToDeadLetterQueue } = this.#deps;
    store.transact(() => {
      store.sql('delete from lambda_async where id = ?').run(row.id);
      store.sql('delete from lambda_async_limits where id = ?').run(row.id);
      const deadLetter =
        message === undefined ? undefined : deadLetterFor(handlers.functions, row, message);
      if (deadLetter) sendToDeadLetterQueue(deadLetter);
    });
  }

  #scheduleRetry(ms: number, retry: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#closed) retry();
    }, ms);
    this.#timers.add(timer);
  }
}
