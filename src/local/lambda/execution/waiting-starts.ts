import type { Clock } from '../../shared/clock.ts';
import type { Store } from '../../store/store.ts';
import type { TimerStore } from './timer-store.ts';

interface WaitingStartsOptions {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now' | 'realNow' | 'speed'>;
  readonly timers: TimerStore;
}

/**
 * Executions that wait for room for their first invocation, in the order of their start. They exist only as rows: any number of
 * executions can start at the same moment, and a crash loses none. Only real time passes for their timers meanwhile.
 */
export class WaitingStarts {
  readonly #options: WaitingStartsOptions;
  #count: number;

  constructor(options: WaitingStartsOptions) {
    this.#options = options;
    const { store } = options;
    store.schema(
      `create table if not exists lambda_starts (
         execution text primary key, virtual_start real not null, real_start real not null)`,
    );
    this.#count = Number(store.sql('select count(*) as n from lambda_starts').get()?.['n']);
  }

  /** Converts the times of the last runtime, whose clock of real time has ended. Must be called within a transaction. */
  recover(): void {
    const { store, clock } = this.#options;
    store
      .sql('update lambda_starts set real_start = ? - (? - virtual_start) / ?')
      .run(clock.realNow(), clock.now(), clock.speed);
  }

  isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Must be called within a transaction. */
  add(id: string): void {
    const { store, clock, timers } = this.#options;
    store.sql('insert into lambda_starts values (?, ?, ?)').run(id, clock.now(), clock.realNow());
    timers.hold(id);
    this.#count += 1;
  }

  /** Removes the first execution and returns its id; undefined if none waits. Must be called within a transaction. */
  take(): string | undefined {
    const { store, clock, timers } = this.#options;
    const row = store.sql('select * from lambda_starts order by rowid limit 1').get();
    if (!row) return undefined;
    const id = String(row['execution']);
    store.sql('delete from lambda_starts where execution = ?').run(id);
    this.#count -= 1;
    const [passed, realPassed] = [
      clock.now() - Number(row['virtual_start']),
      clock.realNow() - Number(row['real_start']),
    ];
    timers.release(id, Math.max(0, passed - realPassed));
    return id;
  }
}
