import type { Store } from '../store/store.ts';
import { invalid } from './errors.ts';
import { checkIndexKeys, type EncodedKey, encodeKey } from './keys.ts';
import type { Index, Table } from './table.ts';
import { type Item, itemSize } from './values.ts';

const maxItemBytes = 400 * 1024;

export interface StoredItem {
  readonly item: Item;
  readonly size: number;
}

/** A condition on the encoded range key, such as `>= bytes`. */
export interface Bound {
  readonly operator: '=' | '<' | '<=' | '>' | '>=';
  readonly bytes: Buffer;
}

/** The items of a scan or query, in key order. */
export interface ScanRange {
  readonly table: Table;
  readonly index?: Index;
  /** Absent for a scan. */
  readonly hash?: Buffer;
  readonly bounds?: readonly Bound[];
  readonly backward?: boolean;
  /** The key columns of the last item of the previous page, in scan order. */
  readonly after?: readonly Buffer[];
}

export interface ItemStore {
  get(table: Table, key: EncodedKey): Item | undefined;
  put(table: Table, change: { key: EncodedKey; item: Item; old: Item | undefined }): void;
  delete(table: Table, change: { key: EncodedKey; old: Item }): void;
  scan(range: ScanRange): Generator<StoredItem, void>;
  /** Returns the items with a number at a JSON path: at least `from` and less than `below`. */
  findByNumber(table: Table, range: { path: string; from: number; below: number }): Item[];
  clear(table: Table): void;
  /** Returns the number of items and their size (bytes), in a table or in one of its indexes. */
  totals(table: Table, index?: string): { count: number; size: number };
}

/** Opens the store of the items of all tables and of their index entries. */
export function openItemStore(store: Store): ItemStore {
  store.schema(`
    create table if not exists ddb_items (
      tbl text not null, hash blob not null, range blob not null, item text not null, size integer not null,
      primary key (tbl, hash, range));
    create table if not exists ddb_index (
      tbl text not null, idx text not null, hash blob not null, range blob not null,
      base_hash blob not null, base_range blob not null,
      primary key (tbl, idx, hash, range, base_hash, base_range)) without rowid`);
  const reindex = (table: Table, change: ItemChange) => updateIndexes(store, table, change);
  return {
    get(table, { hash, range }) {
      const row = store
        .sql('select item from ddb_items where tbl = ? and hash = ? and range = ?')
        .get(table.name, hash, range);
      return row && (JSON.parse(row['item'] as string) as Item);
    },
    put(table, { key, item, old }) {
      checkIndexKeys(table, item);
      const size = itemSize(item);
      if (size > maxItemBytes) throw invalid('Item size has exceeded the maximum allowed size');
      store
        .sql(
          'insert into ddb_items (tbl, hash, range, item, size) values (?, ?, ?, ?, ?) ' +
            'on conflict (tbl, hash, range) do update set item = excluded.item, size = excluded.size',
        )
        .run(table.name, key.hash, key.range, JSON.stringify(item), size);
      reindex(table, { key, item, old });
    },
    delete(table, { key, old }) {
      store
        .sql('delete from ddb_items where tbl = ? and hash = ? and range = ?')
        .run(table.name, key.hash, key.range);
      reindex(table, { key, item: undefined, old });
    },
    *scan(range) {
      const { text, values } = buildScan(range);
      for (const row of store.sql(text).iterate(...values)) {
        yield { item: JSON.parse(row['item'] as string) as Item, size: row['size'] as number };
      }
    },
    findByNumber(table, { path, from, below }) {
      const value = 'cast(json_extract(item, ?) as real)';
      return store
        .sql(`select item from ddb_items where tbl = ? and ${value} >= ? and ${value} < ?`)
        .all(table.name, path, from, path, below)
        .map((row) => JSON.parse(row['item'] as string) as Item);
    },
    clear(table) {
      store.sql('delete from ddb_items where tbl = ?').run(table.name);
      store.sql('delete from ddb_index where tbl = ?').run(table.name);
    },
    totals(table, index) {
      const columns = 'select count(*) as count, coalesce(sum(size), 0) as size from ddb_items';
      const row =
        index === undefined
          ? store.sql(`${columns} where tbl = ?`).get(table.name)
          : store.sql(`${columns} ${indexJoin} where idx = ? and i.tbl = ?`).get(index, table.name);
      return { count: Number(row?.['count'] ?? 0), size: Number(row?.['size'] ?? 0) };
    },
  };
}

const indexJoin =
  'as d join ddb_index as i on i.tbl = d.tbl and i.base_hash = d.hash and i.base_range = d.range';

interface ItemChange {
  readonly key: EncodedKey;
  readonly item: Item | undefined;
  readonly old: Item | undefined;
}

function updateIndexes(store: Store, table: Table, { key, item, old }: ItemChange): void {
  for (const index of table.indexes) {
    const before = old && encodeKey(old, index.keys);
    const after = item && encodeKey(item, index.keys);
    if (before && after && before.hash.equals(after.hash) && before.range.equals(after.range)) {
      continue;
    }
    if (before) {
      store
        .sql(
          'delete from ddb_index where tbl = ? and idx = ? and hash = ? and range = ? and base_hash = ? and base_range = ?',
        )
        .run(table.name, index.name, before.hash, before.range, key.hash, key.range);
    }
    if (after) {
      store
        .sql('insert into ddb_index values (?, ?, ?, ?, ?, ?)')
        .run(table.name, index.name, after.hash, after.range, key.hash, key.range);
    }
  }
}

function buildScan(scanRange: ScanRange): { text: string; values: (string | Buffer)[] } {
  const { table, index, hash, bounds = [], backward, after } = scanRange;
  const alias = index ? 'x' : 'i';
  const from = index
    ? 'ddb_index x join ddb_items i on i.tbl = x.tbl and i.hash = x.base_hash and i.range = x.base_range'
    : 'ddb_items i';
  const where = [`${alias}.tbl = ?`];
  const values: (string | Buffer)[] = [table.name];
  if (index) {
    where.push('x.idx = ?');
    values.push(index.name);
  }
  if (hash) {
    where.push(`${alias}.hash = ?`);
    values.push(hash);
  }
  for (const { operator, bytes } of bounds) {
    where.push(`${alias}.range ${operator} ?`);
    values.push(bytes);
  }
  const columns = orderColumns(scanRange);
  if (after) {
    const marks = columns.map(() => '?').join(', ');
    where.push(`(${columns.join(', ')}) ${backward ? '<' : '>'} (${marks})`);
    values.push(...after);
  }
  const order = columns.map((column) => (backward ? `${column} desc` : column)).join(', ');
  const text = `select i.item, i.size from ${from} where ${where.join(' and ')} order by ${order}`;
  return { text, values };
}

function orderColumns({ index, hash }: ScanRange): string[] {
  const alias = index ? 'x' : 'i';
  return [
    ...(hash ? [] : [`${alias}.hash`]),
    `${alias}.range`,
    ...(index ? ['x.base_hash', 'x.base_range'] : []),
  ];
}
