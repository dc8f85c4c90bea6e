import type { Store } from '../../store/store.ts';

const tables = `
  create table if not exists lambda_timers (
    execution text not null, operation text not null, due real not null, held integer not null,
    primary key (execution, operation)) without rowid;
  create index if not exists lambda_timers_by_due on lambda_timers (held, due);
`;

/** Timer ids of the execution itself. Other timers have the id of their operation. */
export const executionTimeout = '!timeout';
export const invocationRetry = '!retry';

const heartbeatSuffix = '!heartbeat';

/** Returns the id of a callback's heartbeat timer. The timer of its timeout has the id of the operation. */
export function heartbeatTimerId(operation: string): string {
  return `${operation}${heartbeatSuffix}`;
}

/** Returns the callback of a heartbeat timer, or undefined for any other timer. */
export function parseHeartbeatTimerId(timer: string): string | undefined {
  return timer.endsWith(heartbeatSuffix) ? timer.slice(0, -heartbeatSuffix.length) : undefined;
}

/** Maximum number of executions whose timers are kept in memory. */
const maxKnown = 1_000;

/**
 * Timers of suspended and running executions, as rows. `due` is virtual time (ms). What was read is kept until it changes: every
 * checkpoint asks which timers of its execution are due, and when the next timer of all is due.
 */
export class TimerStore {
  readonly #store: Store;
  /** Due times by timer, earliest first, by execution. */
  readonly #known = new Map<string, ReadonlyMap<string, number>>();
  #next: { readonly due: number | undefined } | undefined;

  constructor(store: Store) {
    this.#store = store;
    store.schema(tables);
    store.onRollback(() => {
      this.#known.clear();
      this.#next = undefined;
    });
  }

  /** Sets a timer. A held timer fires only at a checkpoint or at the end of the invocation in flight. */
  set(execution: string, operation: string, timer: { due: number; held: boolean }): void {
    const text = 'insert or replace into lambda_timers values (?, ?, ?, ?)';
    this.#change(text, execution, [execution, operation, timer.due, timer.held ? 1 : 0]);
  }

  drop(execution: string, operation: string): void {
    if (this.#known.get(execution)?.has(operation) === false) return;
    const text = 'delete from lambda_timers where execution = ? and operation = ?';
    this.#change(text, execution, [execution, operation]);
  }

  dropAll(execution: string): void {
    this.#change('delete from lambda_timers where execution = ?', execution, [execution]);
  }

  /** Holds the timers of an execution: the clock's alarm ignores them. */
  hold(execution: string): void {
    this.#change('update lambda_timers set held = 1 where execution = ?', execution, [execution]);
  }

  /** Ends the hold of the timers of an execution and moves them (virtual ms). */
  release(execution: string, by: number): void {
    const text = 'update lambda_timers set held = 0, due = due + ? where execution = ?';
    this.#change(text, execution, [by, execution]);
  }

  /** Moves the timers of an execution (virtual ms). */
  move(execution: string, by: number): void {
    const text = 'update lambda_timers set due = due + ? where execution = ?';
    this.#change(text, execution, [by, execution]);
  }

  #change(text: string, execution: string, values: readonly (string | number)[]): void {
    this.#known.delete(execution);
    this.#next = undefined;
    this.#store.sql(text).run(...values);
  }

  /** Returns the due times of an execution's timers by timer, earliest first. */
  dueTimes(execution: string): ReadonlyMap<string, number> {
    const known = this.#known.get(execution);
    if (known) return known;
    const rows = this.#store
      .sql('select operation, due from lambda_timers where execution = ? order by due, operation')
      .all(execution);
    const times = new Map(rows.map(({ operation, due }) => [String(operation), Number(due)]));
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.set(execution, times);
    return times;
  }

  /** Returns the due time of a timer, or of the first timer of the execution; undefined if there is none. */
  dueTime(execution: string, timer?: string): number | undefined {
    const times = this.dueTimes(execution);
    return timer === undefined ? times.values().next().value : times.get(timer);
  }

  nextDue(): number | undefined {
    if (!this.#next) {
      const row = this.#store.sql('select min(due) as due from lambda_timers where held = 0').get();
      this.#next = { due: row?.['due'] === null ? undefined : Number(row?.['due']) };
    }
    return this.#next.due;
  }

  /** Returns at most `limit` executions with due timers that are not held, longest overdue first. */
  dueExecutions(now: number, limit: number): string[] {
    const rows = this.#store
      .sql('select execution from lambda_timers where held = 0 and due <= ? order by due limit ?')
      .all(now, limit);
    return [...new Set(rows.map((row) => String(row['execution'])))];
  }

  /** Returns the due timers of an execution, earliest first. */
  due(now: number, execution: string): string[] {
    const due: string[] = [];
    for (const [operation, at] of this.dueTimes(execution)) if (at <= now) due.push(operation);
    return due;
  }
}
