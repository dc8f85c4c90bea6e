import type { Clock } from '../../shared/clock.ts';
import type { Store } from '../../store/store.ts';
import type { TimerStore } from './timer-store.ts';

const tables = `
  create table if not exists lambda_holds (
    execution text primary key, virtual_start real not null) without rowid;
`;

interface Hold {
  /** Invocations in flight of the execution and of the functions that it called. */
  count: number;
  /** The clock's virtual time at the first of them (ms). */
  readonly virtualStart: number;
  /** The clock's real time at the first of them (ms). */
  readonly realStart: number;
  alarm?: NodeJS.Timeout;
}

interface ExecutionTimesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: TimerStore;
  /** Returns the due time of the timer that has to fire while the execution is held; undefined if there is none. */
  readonly nextHeldDue: (id: string) => number | undefined;
  /** Called when that timer is due. */
  readonly onHeldDue: (id: string) => void;
}

/** Longest delay that Node accepts (ms). */
const maxDelayMs = 2 ** 31 - 1;

/**
 * The time of each execution. It is virtual, and passes at the clock's speed, while the execution is suspended. It is held to real
 * time while an invocation is in flight, so that handlers see the same waits and timeouts at every time scale. The timers of an
 * execution are due in its own time, which is why they are moved when a hold ends.
 */
export class ExecutionTimes {
  readonly #options: ExecutionTimesOptions;
  readonly #holds = new Map<string, Hold>();

  constructor(options: ExecutionTimesOptions) {
    this.#options = options;
    options.store.schema(tables);
  }

  /** Returns the time of an execution (virtual ms). */
  now(id: string): number {
    const { clock } = this.#options;
    const hold = this.#holds.get(id);
    return hold ? hold.virtualStart + (clock.realNow() - hold.realStart) : clock.now();
  }

  isHeld(id: string): boolean {
    return this.#holds.has(id);
  }

  /** Returns the wall time (epoch ms) at which a timer of an execution is due, if its time continues to pass as it does now. */
  toWall(id: string, due: number): number {
    const speed = this.isHeld(id) ? 1 : this.#options.clock.speed;
    return Date.now() + (due - this.now(id)) / speed;
  }

  /** Holds executions to real time. Each call needs a `release`. Must be called within a transaction. */
  hold(ids: readonly string[]): void {
    const { clock, timers, store } = this.#options;
    for (const id of ids) {
      const hold = this.#holds.get(id);
      if (hold) {
        hold.count += 1;
        this.setAlarm(id);
        continue;
      }
      const [virtualStart, realStart] = [clock.now(), clock.realNow()];
      this.#holds.set(id, { count: 1, virtualStart, realStart });
      store.sql('insert or replace into lambda_holds values (?, ?)').run(id, virtualStart);
      timers.hold(id);
      this.setAlarm(id);
    }
  }

  /** Ends one `hold` of each execution. Must be called within a transaction. */
  release(ids: readonly string[]): void {
    const { clock } = this.#options;
    for (const id of ids) {
      const hold = this.#holds.get(id);
      if (!hold) continue;
      hold.count -= 1;
      if (hold.count > 0) {
        this.setAlarm(id);
        continue;
      }
      clearTimeout(hold.alarm);
      const lead = clock.now() - this.now(id);
      this.#holds.delete(id);
      this.#end(id, lead);
    }
  }

  /** Sets the alarm of a held execution to its next timer. Needed after a timer was set. */
  setAlarm(id: string): void {
    const hold = this.#holds.get(id);
    if (!hold) return;
    clearTimeout(hold.alarm);
    const due = this.#options.nextHeldDue(id);
    if (due === undefined) return;
    const delay = Math.min(Math.max(0, Math.ceil(due - this.now(id))), maxDelayMs);
    hold.alarm = setTimeout(() => this.#options.onHeldDue(id), delay);
  }

  /**
   * Corrects the time of a suspended execution whose timer fires late, because the runtime was busy: only real time has passed for
   * the execution since the timer was due. Must be called within a transaction.
   */
  catchUp(id: string, firstDue: number): void {
    const { clock, timers } = this.#options;
    const late = clock.now() - firstDue;
    const lead = late - late / clock.speed;
    if (lead > 0) timers.move(id, lead);
  }

  /** Ends the holds that the last runtime left behind. Must be called within a transaction. */
  recover(): void {
    const { store, clock } = this.#options;
    for (const row of store.sql('select execution, virtual_start from lambda_holds').all()) {
      const passed = Math.max(0, clock.now() - Number(row['virtual_start']));
      this.#end(String(row['execution']), passed - passed / clock.speed);
    }
  }

  close(): void {
    for (const { alarm } of this.#holds.values()) clearTimeout(alarm);
  }

  #end(id: string, lead: number): void {
    this.#options.timers.release(id, lead);
    this.#options.store.sql('delete from lambda_holds where execution = ?').run(id);
  }
}
