import type { Store } from '../../store/store.ts';
import type { Execution, HistoryEvent, Operation } from './model.ts';

const tables = `
  create table if not exists lambda_executions (
    id text primary key, arn text not null unique, name text not null, function text not null, version text not null,
    status text not null, started real not null, running integer not null, body text not null, expires real);
  create index if not exists lambda_executions_by_name on lambda_executions (function, name);
  create index if not exists lambda_executions_by_start on lambda_executions (function, started);
  create index if not exists lambda_executions_by_status on lambda_executions (status);
  create index if not exists lambda_executions_by_expiry on lambda_executions (expires) where expires is not null;
  create table if not exists lambda_operations (
    execution text not null, position integer not null, id text not null, body text not null,
    primary key (execution, id));
  -- Calls of functions that have not answered.
  create index if not exists lambda_open_calls on lambda_operations (execution)
    where json_extract(body, '$.type') = 'CHAINED_INVOKE' and json_extract(body, '$.status') = 'STARTED';
  create table if not exists lambda_events (
    execution text not null, id integer not null, body text not null, primary key (execution, id)) without rowid;
`;

const day = 86_400_000;

type Stored = Omit<Execution, 'operations' | 'untold'>;

/** Which executions of a function to list; times are epoch ms, `marker` is where the last page ended. */
export interface ExecutionQuery {
  readonly functionName: string;
  readonly statuses: readonly string[];
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly after: number;
  readonly before: number;
  readonly oldestFirst: boolean;
  readonly marker: readonly [started: number, row: number] | undefined;
  readonly limit: number;
}

/** Executions, operations, events and timers as rows. */
export class ExecutionStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(tables);
  }

  save(execution: Execution): void {
    const { operations: _, untold: __, invocation, ...rest } = execution;
    // Enough to say which invocation was lost, should the runtime go down in the middle of it.
    const inFlight = invocation && { id: invocation.id, started: invocation.started, sequence: 0 };
    const body = { ...rest, ...(inFlight ? { invocation: inFlight } : {}) };
    this.#store
      .sql('insert or replace into lambda_executions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        execution.id,
        execution.arn,
        execution.name,
        execution.functionName,
        execution.version,
        execution.status,
        execution.started,
        execution.invocation ? 1 : 0,
        JSON.stringify(body),
        execution.ended === undefined ? null : execution.ended + execution.retentionDays * day,
      );
  }

  load(id: string): Execution | undefined {
    const row = this.#store.sql('select body from lambda_executions where id = ?').get(id);
    if (!row) return undefined;
    const operations = new Map<string, Operation>();
    const rows = this.#store
      .sql('select body from lambda_operations where execution = ? order by position')
      .all(id);
    for (const each of rows) {
      const operation = JSON.parse(String(each['body'])) as Operation;
      operations.set(operation.id, operation);
    }
    const stored = JSON.parse(String(row['body'])) as Stored;
    const last = this.#store
      .sql('select coalesce(max(id), 0) as last from lambda_events where execution = ?')
      .get(id);
    return { ...stored, events: Number(last?.['last']), operations, untold: new Set() };
  }

  /** The id of the newest execution of a function with that name. */
  named(functionName: string, name: string): string | undefined {
    const row = this.#store
      .sql('select id from lambda_executions where function = ? and name = ? order by started desc')
      .get(functionName, name);
    return row && String(row['id']);
  }

  /** A page of a function's executions by when they started, newest first unless `oldestFirst`. */
  list(query: ExecutionQuery): { executions: Stored[]; next: string | undefined } {
    const { functionName, statuses, name, version, after, before, limit } = query;
    const way = query.oldestFirst ? 'asc' : 'desc';
    const where = ['function = ?', 'started between ? and ?'];
    const values: (string | number)[] = [functionName, after, before];
    const narrow = (text: string, ...more: readonly (string | number)[]) => {
      where.push(text);
      values.push(...more);
    };
    if (statuses.length > 0)
      narrow(`status in (${statuses.map(() => '?').join(', ')})`, ...statuses);
    if (name !== undefined) narrow('name = ?', name);
    if (version !== undefined) narrow('version = ?', version);
    if (query.marker) {
      narrow(`(started, rowid) ${query.oldestFirst ? '>' : '<'} (?, ?)`, ...query.marker);
    }
    const rows = this.#store
      .sql(
        `select body, started, rowid from lambda_executions where ${where.join(' and ')} ` +
          `order by started ${way}, rowid ${way} limit ?`,
      )
      .all(...values, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      executions: page.map((row) => JSON.parse(String(row['body'])) as Stored),
      next:
        rows.length > limit && last
          ? `${Number(last['started'])}:${Number(last['rowid'])}`
          : undefined,
    };
  }

  /** Removes what has been closed for longer than it is kept, at most `limit` executions; `now` in epoch ms. */
  removeExpired(now: number, limit: number): number {
    const expired = this.#store
      .sql('select id from lambda_executions where expires is not null and expires < ? limit ?')
      .all(now, limit);
    for (const { id } of expired) this.remove(String(id));
    return expired.length;
  }

  ofFunction(functionName: string): string[] {
    const rows = this.#store
      .sql('select id from lambda_executions where function = ?')
      .all(functionName);
    return rows.map(({ id }) => String(id));
  }

  remove(id: string): void {
    for (const table of ['operations', 'events', 'timers']) {
      this.#store.sql(`delete from lambda_${table} where execution = ?`).run(id);
    }
    this.#store.sql('delete from lambda_executions where id = ?').run(id);
  }

  count(): number {
    const row = this.#store
      .sql("select count(*) as n from lambda_executions where status = 'RUNNING'")
      .get();
    return Number(row?.['n']);
  }

  /** How many executions of a function run, of all its versions or of one. */
  running(functionName: string, version?: string): number {
    const text =
      "select count(*) as n from lambda_executions where status = 'RUNNING' and function = ? and version like ?";
    return Number(this.#store.sql(text).get(functionName, version ?? '%')?.['n']);
  }

  inFlight(): string[] {
    const rows = this.#store
      .sql("select id from lambda_executions where status = 'RUNNING' and running = 1")
      .all();
    return rows.map((row) => String(row['id']));
  }

  /** Calls of functions that are not durable, and have not answered: their execution and operation. */
  plainCalls(): [string, Operation][] {
    const rows = this.#store
      .sql(
        "select o.execution, o.body from lambda_operations o indexed by lambda_open_calls join lambda_executions e on e.id = o.execution where e.status = 'RUNNING' " +
          "and json_extract(o.body, '$.type') = 'CHAINED_INVOKE' and json_extract(o.body, '$.status') = 'STARTED' " +
          "and json_extract(o.body, '$.arrival') is null and json_extract(o.body, '$.target.executionArn') is null",
      )
      .all();
    return rows.map((row) => [
      String(row['execution']),
      JSON.parse(String(row['body'])) as Operation,
    ]);
  }

  putOperation(execution: Execution, operation: Operation): void {
    this.#store
      .sql(
        'insert into lambda_operations values (?, ?, ?, ?) on conflict do update set body = excluded.body',
      )
      .run(execution.id, execution.operations.size, operation.id, JSON.stringify(operation));
  }

  /** An operation that something else than its handler changed: the handler is yet to be told. */
  change(execution: Execution, operation: Operation): void {
    execution.operations.set(operation.id, operation);
    execution.untold.add(operation.id);
    this.putOperation(execution, operation);
  }

  append(execution: Execution, event: HistoryEvent): void {
    execution.events += 1;
    this.#store
      .sql('insert into lambda_events values (?, ?, ?)')
      .run(execution.id, execution.events, JSON.stringify(event));
  }

  /** Events after (or, newest first, before) an id. */
  events(id: string, page: { marker: number | undefined; limit: number; reverse: boolean }) {
    const text = page.reverse
      ? 'select id, body from lambda_events where execution = ? and id < ? order by id desc limit ?'
      : 'select id, body from lambda_events where execution = ? and id > ? order by id limit ?';
    const from = page.marker ?? (page.reverse ? Number.MAX_SAFE_INTEGER : 0);
    const rows = this.#store.sql(text).all(id, from, page.limit);
    return rows.map((row) => ({
      ...(JSON.parse(String(row['body'])) as HistoryEvent),
      EventId: Number(row['id']),
    }));
  }
}
