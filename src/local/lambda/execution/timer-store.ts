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

/** Timers of suspended and running executions, as rows. `due` is virtual time (ms). */
export class TimerStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(tables);
  }

  /** Sets a timer. A held timer fires only at a checkpoint or at the end of the invocation in flight. */
  set(execution: string, operation: string, timer: { due: number; held: boolean }): void {
    this.#store
      .sql('insert or replace into lambda_timers values (?, ?, ?, ?)')
      .run(execution, operation, timer.due, timer.held ? 1 : 0);
  }

  drop(execution: string, operation: string): void {
    this.#store
      .sql('delete from lambda_timers where execution = ? and operation = ?')
      .run(execution, operation);
  }

  dropAll(execution: string): void {
    this.#store.sql('delete from lambda_timers where execution = ?').run(execution);
  }

  /** Holds the timers of an execution: the clock's alarm ignores them. */
  hold(execution: string): void {
    this.#store.sql('update lambda_timers set held = 1 where execution = ?').run(execution);
  }

  /** Ends the hold of the timers of an execution and moves them (virtual ms). */
  release(execution: string, by: number): void {
    this.#store
      .sql('update lambda_timers set held = 0, due = due + ? where execution = ?')
      .run(by, execution);
  }

  /** Moves the timers of an execution (virtual ms). */
  move(execution: string, by: number): void {
    this.#store
      .sql('update lambda_timers set due = due + ? where execution = ?')
      .run(by, execution);
  }

  /** Returns the due times of an execution's timers by timer. */
  dueTimes(execution: string): ReadonlyMap<string, number> {
    const rows = this.#store
      .sql('select operation, due from lambda_timers where execution = ?')
      .all(execution);
    return new Map(rows.map(({ operation, due }) => [String(operation), Number(due)]));
  }

  /** Returns the due time of a timer, or of the first timer of the execution; undefined if there is none. */
  dueTime(execution: string, timer?: string): number | undefined {
    const row = this.#store
      .sql(
        'select min(due) as due from lambda_timers where execution = ? and operation = coalesce(?, operation)',
      )
      .get(execution, timer ?? null);
    return row?.['due'] === null ? undefined : Number(row?.['due']);
  }

  nextDue(): number | undefined {
    const row = this.#store.sql('select min(due) as due from lambda_timers where held = 0').get();
    return row?.['due'] === null ? undefined : Number(row?.['due']);
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
    const rows = this.#store
      .sql('select operation from lambda_timers where execution = ? and due <= ? order by due')
      .all(execution, now);
    return rows.map((row) => String(row['operation']));
  }
}
