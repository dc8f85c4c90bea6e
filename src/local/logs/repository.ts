import type { LogLine } from '../shared/service-interfaces.ts';
import type { Store } from '../store/store.ts';

export interface Group {
  readonly name: string;
  readonly created: number;
  /** Days; null keeps events forever. */
  readonly retention: number | null;
}

export interface Stream {
  readonly name: string;
  readonly created: number;
  /** Timestamps of the earliest and latest event (epoch ms). */
  readonly first: number | null;
  readonly last: number | null;
}

export interface Event {
  readonly id: number;
  readonly stream: string;
  readonly timestamp: number;
  readonly ingested: number;
  readonly message: string;
}

/** The place of an event in the order of its group. */
export interface Position {
  /** Epoch ms. */
  readonly timestamp: number;
  readonly id: number;
}

/** Selects events of a group. */
export interface EventQuery {
  readonly group: string;
  /** Epoch ms, inclusive. */
  readonly from: number;
  /** Epoch ms, exclusive. */
  readonly to: number;
  /** Position of the last event already read. */
  readonly after?: Position | undefined;
  /** Position of the first event already read, when reading backward. */
  readonly before?: Position | undefined;
  readonly descending?: boolean;
  readonly stream?: string;
}

const schema = `
  create table if not exists log_groups (name text primary key, created integer not null, retention integer);
  create table if not exists log_streams (
    log_group text not null, name text not null, created integer not null, first integer, last integer,
    primary key (log_group, name)) without rowid;
  create table if not exists log_events (
    id integer primary key autoincrement, log_group text not null, stream text not null,
    timestamp integer not null, ingested integer not null, message text not null);
  create index if not exists log_events_in_order on log_events (log_group, timestamp, id);
`;

/** Stores groups, streams and events. Events are ordered by timestamp, then by arrival. */
export class LogRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(schema);
  }

  findGroup(name: string): Group | undefined {
    return this.#store.sql('select * from log_groups where name = ?').get(name) as
      | Group
      | undefined;
  }

  listGroups(): Group[] {
    return this.#store.sql('select * from log_groups order by name').all() as unknown as Group[];
  }

  putGroup(name: string, retention: number | null): void {
    this.#store.transact(() =>
      this.#store
        .sql(
          'insert into log_groups (name, created, retention) values (?, ?, ?) ' +
            'on conflict (name) do update set retention = coalesce(excluded.retention, retention)',
        )
        .run(name, Date.now(), retention),
    );
  }

  setRetention(name: string, days: number | null): void {
    this.#store.transact(() =>
      this.#store.sql('update log_groups set retention = ? where name = ?').run(days, name),
    );
  }

  /**
   * Removes events that are older than the retention of their group at `now` (epoch ms). Removes at most `limit` of them and
   * returns their number.
   */
  removeExpired(now: number, limit: number): number {
    let remaining = limit;
    this.#store.transact(() => {
      for (const { name, retention } of this.listGroups()) {
        if (retention === null) continue;
        const { changes } = this.#store
          .sql(
            'delete from log_events where id in (select id from log_events where log_group = ? and timestamp < ? ' +
              'order by timestamp limit ?)',
          )
          .run(name, now - retention * 86_400_000, remaining);
        remaining -= Number(changes);
      }
    });
    return limit - remaining;
  }

  deleteGroup(name: string): void {
    this.#store.transact(() => {
      this.#store.sql('delete from log_events where log_group = ?').run(name);
      this.#store.sql('delete from log_streams where log_group = ?').run(name);
      this.#store.sql('delete from log_groups where name = ?').run(name);
    });
  }

  findStream(group: string, name: string): Stream | undefined {
    return this.#store
      .sql('select * from log_streams where log_group = ? and name = ?')
      .get(group, name) as Stream | undefined;
  }

  listStreams(group: string): Stream[] {
    return this.#store
      .sql('select * from log_streams where log_group = ? order by name')
      .all(group) as unknown as Stream[];
  }

  putStream(group: string, name: string): void {
    this.#store.transact(() =>
      this.#store
        .sql(
          'insert into log_streams (log_group, name, created) values (?, ?, ?) on conflict do nothing',
        )
        .run(group, name, Date.now()),
    );
  }

  append(target: { group: string; stream: string }, lines: readonly LogLine[]): void {
    if (lines.length === 0) return;
    const now = Date.now();
    this.#store.transact(() => {
      const insert = this.#store.sql(
        'insert into log_events (log_group, stream, timestamp, ingested, message) values (?, ?, ?, ?, ?)',
      );
      let first = Number.POSITIVE_INFINITY;
      let last = 0;
      for (const line of lines) {
        const timestamp = Math.trunc(line.timestamp);
        first = Math.min(first, timestamp);
        last = Math.max(last, timestamp);
        insert.run(target.group, target.stream, timestamp, now, line.message);
      }
      this.#store
        .sql(
          'update log_streams set first = min(coalesce(first, ?1), ?1), last = max(coalesce(last, ?2), ?2) ' +
            'where log_group = ?3 and name = ?4',
        )
        .run(first, last, target.group, target.stream);
    });
  }

  /** Reads events lazily: a filter with few matches never holds a whole group in memory. */
  readEvents(query: EventQuery): Iterable<Event> {
    const order = query.descending ? 'desc' : 'asc';
    const after = query.after ?? { timestamp: -1, id: -1 };
    const before = query.before ?? {
      timestamp: Number.MAX_SAFE_INTEGER,
      id: Number.MAX_SAFE_INTEGER,
    };
    const rows = this.#store
      .sql(
        'select id, stream, timestamp, ingested, message from log_events where log_group = ? ' +
          'and timestamp >= ? and timestamp < ? and (timestamp, id) > (?, ?) and (timestamp, id) < (?, ?) ' +
          `and (? is null or stream = ?) order by timestamp ${order}, id ${order}`,
      )
      .iterate(
        query.group,
        Math.max(query.from, after.timestamp),
        query.to,
        after.timestamp,
        after.id,
        before.timestamp,
        before.id,
        query.stream ?? null,
        query.stream ?? null,
      );
    return rows as unknown as Iterable<Event>;
  }
}
