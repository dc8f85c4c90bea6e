import type { Store } from '../../store/store.ts';

const tables = `
  create table if not exists lambda_timers (
    execution text not null, operation text not null, due real not null, held integer not null,
    primary key (execution, operation)) without rowid;
  create index if not exists lambda_timers_by_due on lambda_timers (held, due);
`;

/** Timers that belong to the execution itself rather than to one of its operations. */
export const executionTimeout = '!timeout';
export const invocationRetry = '!retry';

const heartbeatMark = '!heartbeat';

/** The timer of a callback's next heartbeat; that of its timeout has the id of the operation. */
export function heartbeatOf(operation: string): string {
  return `${operation}${heartbeatMark}`;
}

/** The callback whose heartbeat a timer is about, if it is about one. */
export function heartbeatTimer(timer: string): string | undefined {
  return timer.endsWith(heartbeatMark) ? timer.slice(0, -heartbeatMark.length) : undefined;
}

/** When executions go on by themselves, as rows; `due` in virtual time. */
export class TimerStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(tables);
  }

  /** A held timer fires only at a checkpoint or when the invocation in flight has ended. */
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

  hold(execution: string, held: boolean): void {
    this.#store
      .sql('update lambda_timers set held = ? where execution = ? and operation <> ?')
      .run(held ? 1 : 0, execution, executionTimeout);
  }

  nextDue(): number | undefined {
    const row = this.#store.sql('select min(due) as due from lambda_timers where held = 0').get();
    return row?.['due'] === null ? undefined : Number(row?.['due']);
  }

  /** The executions with timers that are due and not held, the longest overdue first; at most `limit`. */
  dueExecutions(now: number, limit: number): string[] {
    const rows = this.#store
      .sql('select execution from lambda_timers where held = 0 and due <= ? order by due limit ?')
      .all(now, limit);
    return [...new Set(rows.map((row) => String(row['execution'])))];
  }

  /** An execution's timers that are due, earliest first. */
  due(now: number, execution: string): string[] {
    const rows = this.#store
      .sql('select operation from lambda_timers where execution = ? and due <= ? order by due')
      .all(execution, now);
    return rows.map((row) => String(row['operation']));
  }
}
