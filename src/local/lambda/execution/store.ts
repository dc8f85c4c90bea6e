import type { Store } from '../../store/store.ts';
import { countDataBytes } from './history.ts';
import type { Execution, HistoryEvent, Operation } from './model.ts';
import { publicStatus } from './status.ts';

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
  -- Calls of functions that have not returned.
  create index if not exists lambda_open_calls on lambda_operations (execution)
    where json_extract(body, '$.type') = 'CHAINED_INVOKE' and json_extract(body, '$.status') = 'STARTED';
  create table if not exists lambda_events (
    execution text not null, id integer not null, body text not null, primary key (execution, id)) without rowid;
`;

/** Stored statuses of executions that have not ended. */
export const openStatuses = "('RUNNING', 'PAUSING', 'PAUSED')";

const dayMs = 86_400_000;

/** The body of a row. A row of an older runtime has no `storedBytes`. */
type Stored = Omit<Execution, 'operations' | 'updatedOperationIds' | 'storedBytes'> &
  Partial<Pick<Execution, 'storedBytes'>>;

/** Filters of a listing of executions. Times are epoch ms; `marker` is the end of the previous page. */
export interface ExecutionQuery {
  readonly functionName: string;
  readonly statuses: readonly string[];
  readonly name: string | undefined;
  readonly versions: readonly string[] | undefined;
  readonly after: number;
  readonly before: number;
  readonly oldestFirst: boolean;
  readonly marker: readonly [started: number, row: number] | undefined;
  readonly limit: number;
}

/** Executions with their operations and events, as rows. */
export class ExecutionStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(tables);
  }

  save(execution: Execution): void {
    const { operations: _, updatedOperationIds: __, invocation, ...rest } = execution;
    // Identifies the lost invocation if the runtime stops during it.
    const inFlight = invocation && { id: invocation.id, started: invocation.started, sequence: 0 };
    const body = { ...rest, ...(inFlight ? { invocation: inFlight } : {}) };
    this.#store
      .sql(
        'insert into lambda_executions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set ' +
          'status = excluded.status, running = excluded.running, body = excluded.body, expires = excluded.expires',
      )
      .run(
        execution.id,
        execution.arn,
        execution.name,
        execution.functionName,
        execution.version,
        publicStatus(execution),
        execution.started,
        execution.invocation ? 1 : 0,
        JSON.stringify(body),
        execution.ended === undefined ? null : execution.ended + execution.retentionDays * dayMs,
      );
  }

  load(id: string): Execution | undefined {
    const row = this.#store.sql('select body from lambda_executions where id = ?').get(id);
    if (!row) return undefined;
    const operations = new Map<string, Operation>();
    const rows = this.#store
      .sql('select body from lambda_operations where execution = ? order by position')
      .all(id);
    for (const { body } of rows) {
      const operation = JSON.parse(String(body)) as Operation;
      operations.set(operation.id, operation);
    }
    const stored = JSON.parse(String(row['body'])) as Stored;
    // Events that were appended since the execution was saved.
    const later = this.events(id, { marker: stored.events, limit: -1, reverse: false });
    const { storedBytes = 0 } = stored;
    return {
      ...stored,
      events: stored.events + later.length,
      storedBytes: later.reduce((sum, event) => sum + countDataBytes(event), storedBytes),
      operations,
      updatedOperationIds: new Set(),
    };
  }

  /** Returns the id of the newest execution with that name, or undefined. */
  findIdByName(functionName: string, name: string): string | undefined {
    const row = this.#store
      .sql('select id from lambda_executions where function = ? and name = ? order by started desc')
      .get(functionName, name);
    return row && String(row['id']);
  }

  /** Returns a page of a function's executions by start time, newest first unless `oldestFirst`. */
  list(query: ExecutionQuery): { executions: Stored[]; next: string | undefined } {
    const { functionName, statuses, name, versions, after, before, limit } = query;
    const direction = query.oldestFirst ? 'asc' : 'desc';
    const where = ['function = ?', 'started between ? and ?'];
    const values: (string | number)[] = [functionName, after, before];
    const addCondition = (text: string, ...parameters: readonly (string | number)[]) => {
      where.push(text);
      values.push(...parameters);
    };
    const addChoice = (column: string, choices: readonly string[]) =>
      addCondition(`${column} in (${choices.map(() => '?').join(', ')})`, ...choices);
    if (statuses.length > 0) addChoice('status', statuses);
    if (name !== undefined) addCondition('name = ?', name);
    if (versions !== undefined) addChoice('version', versions);
    if (query.marker) {
      addCondition(`(started, rowid) ${query.oldestFirst ? '>' : '<'} (?, ?)`, ...query.marker);
    }
    const rows = this.#store
      .sql(
        `select body, started, rowid from lambda_executions where ${where.join(' and ')} ` +
          `order by started ${direction}, rowid ${direction} limit ?`,
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

  /** Removes at most `limit` executions whose retention has passed at `now` (epoch ms), and returns their number. */
  removeExpired(now: number, limit: number): number {
    const expired = this.#store
      .sql('select id from lambda_executions where expires is not null and expires < ? limit ?')
      .all(now, limit);
    for (const { id } of expired) this.remove(String(id));
    return expired.length;
  }

  listIds(functionName: string): string[] {
    return this.#ids('function = ?', functionName);
  }

  remove(id: string): void {
    for (const table of ['operations', 'events', 'timers']) {
      this.#store.sql(`delete from lambda_${table} where execution = ?`).run(id);
    }
    this.#store.sql('delete from lambda_executions where id = ?').run(id);
  }

  countAllRunning(): number {
    const text = `select count(*) as n from lambda_executions where status in ${openStatuses}`;
    return Number(this.#store.sql(text).get()?.['n']);
  }

  /** Returns the number of running executions of a function, of all versions or of one. */
  countRunning(functionName: string, version?: string): number {
    const text = `select count(*) as n from lambda_executions where status in ${openStatuses} and function = ? and version like ?`;
    return Number(this.#store.sql(text).get(functionName, version ?? '%')?.['n']);
  }

  listInFlight(): string[] {
    return this.#ids(`status in ${openStatuses} and running = 1`);
  }

  /** Returns the executions with a pause that was requested and not resumed. */
  listPaused(): string[] {
    return this.#ids(`status in ${openStatuses} and json_extract(body, '$.pause') is not null`);
  }

  /** Returns the executions that are being deleted. */
  listDeleting(): string[] {
    return this.#ids("status = 'DELETING'");
  }

  #ids(condition: string, ...values: readonly string[]): string[] {
    const rows = this.#store
      .sql(`select id from lambda_executions where ${condition}`)
      .all(...values);
    return rows.map(({ id }) => String(id));
  }

  /** Returns the calls of plain functions that have not returned, as execution id and operation. */
  pendingPlainInvocations(): [string, Operation][] {
    const rows = this.#store
      .sql(
        'select o.execution, o.body from lambda_operations o indexed by lambda_open_calls join lambda_executions e on e.id = o.execution where e.status in ' +
          `${openStatuses} ` +
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

  /** Stores an operation that the handler did not change itself. The handler receives the change at its next invocation. */
  updateOperation(execution: Execution, operation: Operation): void {
    execution.operations.set(operation.id, operation);
    execution.updatedOperationIds.add(operation.id);
    this.putOperation(execution, operation);
  }

  append(execution: Execution, event: HistoryEvent): void {
    execution.events += 1;
    execution.storedBytes += countDataBytes(event);
    this.#store
      .sql('insert into lambda_events values (?, ?, ?)')
      .run(execution.id, execution.events, JSON.stringify(event));
  }

  /** Returns events after an id, or in reverse order before it. */
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
