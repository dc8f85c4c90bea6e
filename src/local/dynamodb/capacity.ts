import type { Meter, TableUsage } from '../usage-meter.ts';
import { keyOf, pickKeys } from './keys.ts';
import type { Index, Table } from './table.ts';
import { type Item, itemSize } from './values.ts';

const writeUnit = 1024;
const readUnit = 4096;

interface Spent {
  table: number;
  readonly indexes: Map<string, { readonly global: boolean; units: number }>;
}

interface Written {
  readonly old: Item | undefined;
  readonly item: Item | undefined;
  readonly transactional?: boolean;
}

interface Read {
  readonly index?: Index | undefined;
  /** What was read, whole, or its bytes. */
  readonly item?: Item | undefined;
  readonly bytes?: number;
  readonly consistent?: boolean | undefined;
  readonly transactional?: boolean;
}

/**
 * What one request takes of tables and their indexes, in the units that are billed.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export class Spending {
  readonly #meter: Meter | undefined;
  readonly #wanted: string;
  readonly #spent = new Map<string, Spent>();

  /** Reckoned only for a meter, or when the request wants to know it. */
  constructor(meter: Meter | undefined, wanted = 'NONE') {
    this.#meter = meter;
    this.#wanted = wanted;
  }

  get #idle(): boolean {
    return !this.#meter && this.#wanted === 'NONE';
  }

  /** One item is written, deleted, or was not as its condition wanted it; the larger of its sizes counts. */
  write(table: Table, { old, item, transactional = false }: Written): void {
    if (this.#idle) return;
    const factor = transactional ? 2 : 1;
    const size = Math.max(old ? itemSize(old) : 0, item ? itemSize(item) : 0);
    const units = unitsOf(size, writeUnit) * factor;
    this.#of(table.name).table += units;
    const usage = { writes: 1, writeUnits: units, indexWrites: 0, indexWriteUnits: 0 };
    for (const index of old === item ? [] : table.indexes) {
      const sizes = entryWrites(index, { old, item });
      const indexUnits = sizes.reduce((sum, each) => sum + unitsOf(each, writeUnit), 0) * factor;
      usage.indexWrites += sizes.length;
      usage.indexWriteUnits += indexUnits;
      if (sizes.length > 0) this.#spendIndex(table, index, indexUnits);
    }
    this.#meter?.table(table.name, usage);
  }

  read(
    table: Table,
    { index, item, bytes, consistent = false, transactional = false }: Read,
  ): void {
    if (this.#idle) return;
    const factor = transactional ? 2 : consistent ? 1 : 0.5;
    const units = unitsOf(bytes ?? (item ? itemSize(item) : 0), readUnit) * factor;
    if (index) this.#spendIndex(table, index, units);
    else this.#of(table.name).table += units;
    this.#meter?.table(table.name, { reads: 1, readUnits: units } satisfies Partial<TableUsage>);
  }

  /** `ConsumedCapacity` of each table, when it was asked for. */
  shown(): object[] {
    if (this.#wanted === 'NONE') return [];
    return [...this.#spent].map(([TableName, { table, indexes }]) => {
      const all = [...indexes.values()].reduce((sum, { units }) => sum + units, table);
      const total = { TableName, CapacityUnits: all };
      if (this.#wanted !== 'INDEXES') return total;
      const of = (global: boolean) =>
        [...indexes].flatMap(([name, each]) =>
          each.global === global ? [[name, { CapacityUnits: each.units }]] : [],
        );
      return {
        ...total,
        Table: { CapacityUnits: table },
        ...named('GlobalSecondaryIndexes', of(true)),
        ...named('LocalSecondaryIndexes', of(false)),
      };
    });
  }

  #of(table: string): Spent {
    const spent = this.#spent.get(table) ?? { table: 0, indexes: new Map() };
    this.#spent.set(table, spent);
    return spent;
  }

  #spendIndex(table: Table, { name, global }: Index, units: number): void {
    const { indexes } = this.#of(table.name);
    indexes.set(name, { global, units: (indexes.get(name)?.units ?? 0) + units });
  }
}

function unitsOf(bytes: number, unit: number): number {
  return Math.max(1, Math.ceil(bytes / unit));
}

function named(name: string, entries: readonly unknown[][]): object {
  return entries.length === 0 ? {} : { [name]: Object.fromEntries(entries) };
}

/** The sizes of the entries of an index that a change writes: none when nothing that it holds changes, two when its key does. */
function entryWrites(index: Index, { old, item }: Pick<Written, 'old' | 'item'>): number[] {
  const [before, after] = [entryOf(index, old), entryOf(index, item)];
  if (!before || !after) return [before ?? after].flatMap((each) => (each ? [each.size] : []));
  if (before.key !== after.key) return [before.size, after.size];
  return before.text === after.text ? [] : [Math.max(before.size, after.size)];
}

function entryOf(index: Index, item: Item | undefined) {
  const key = item && keyOf(item, index.keys);
  if (!item || !key) return undefined;
  const held = index.include ? pickKeys(item, index.include) : item;
  const text = JSON.stringify(Object.entries(held).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return {
    key: `${key.hash.toString('hex')}/${key.range.toString('hex')}`,
    text,
    size: itemSize(held),
  };
}
