import type { TableUsage, UsageMeter } from '../shared/usage-meter.ts';
import { encodeKey, pickKeys } from './keys.ts';
import type { Index, Table } from './table.ts';
import { type Item, itemSize } from './values.ts';

/** Size of an item that one write unit, or one consistent read unit, covers (bytes). */
const writeUnitBytes = 1024;
const readUnitBytes = 4096;

interface ConsumedUnits {
  table: number;
  readonly indexes: Map<string, { readonly global: boolean; units: number }>;
}

interface WriteUsage {
  readonly old: Item | undefined;
  readonly item: Item | undefined;
  readonly transactional?: boolean;
}

interface ReadUsage {
  readonly index?: Index | undefined;
  /** The whole item that was read. `bytes` replaces it for several items. */
  readonly item?: Item | undefined;
  readonly bytes?: number;
  readonly consistent?: boolean | undefined;
  readonly transactional?: boolean;
}

/**
 * Measures the capacity that one request consumes on tables and indexes, in the units that DynamoDB bills.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export class CapacityMeter {
  readonly #meter: UsageMeter | undefined;
  readonly #detail: string;
  readonly #units = new Map<string, ConsumedUnits>();

  /** Measures only if there is a usage meter or if the request asks for its capacity (`detail`). */
  constructor(meter: UsageMeter | undefined, detail = 'NONE') {
    this.#meter = meter;
    this.#detail = detail;
  }

  get #idle(): boolean {
    return !this.#meter && this.#detail === 'NONE';
  }

  /** Counts a write, a deletion or a failed condition. The larger of the old and the new size counts. */
  write(table: Table, { old, item, transactional = false }: WriteUsage): void {
    if (this.#idle) return;
    const factor = transactional ? 2 : 1;
    const size = Math.max(old ? itemSize(old) : 0, item ? itemSize(item) : 0);
    const units = toUnits(size, writeUnitBytes) * factor;
    this.#unitsFor(table.name).table += units;
    const usage = { writes: 1, writeUnits: units, indexWrites: 0, indexWriteUnits: 0 };
    for (const index of old === item ? [] : table.indexes) {
      const sizes = indexWriteSizes(index, { old, item });
      const indexUnits =
        sizes.reduce((sum, bytes) => sum + toUnits(bytes, writeUnitBytes), 0) * factor;
      usage.indexWrites += sizes.length;
      usage.indexWriteUnits += indexUnits;
      if (sizes.length > 0) this.#addIndexUnits(table, index, indexUnits);
    }
    this.#meter?.table(table.name, usage);
  }

  /** Counts a read. An eventually consistent read costs half, a transactional one double. */
  read(
    table: Table,
    { index, item, bytes, consistent = false, transactional = false }: ReadUsage,
  ): void {
    if (this.#idle) return;
    const factor = transactional ? 2 : consistent ? 1 : 0.5;
    const units = toUnits(bytes ?? (item ? itemSize(item) : 0), readUnitBytes) * factor;
    if (index) this.#addIndexUnits(table, index, units);
    else this.#unitsFor(table.name).table += units;
    this.#meter?.table(table.name, { reads: 1, readUnits: units } satisfies Partial<TableUsage>);
  }

  /** Returns `ConsumedCapacity` for each table; an empty list if the request does not ask for it. */
  consumedCapacity(): object[] {
    if (this.#detail === 'NONE') return [];
    return [...this.#units].map(([TableName, { table, indexes }]) => {
      const totalUnits = [...indexes.values()].reduce((sum, { units }) => sum + units, table);
      const total = { TableName, CapacityUnits: totalUnits };
      if (this.#detail !== 'INDEXES') return total;
      const listUnits = (global: boolean) =>
        [...indexes].flatMap(([name, index]) =>
          index.global === global ? [[name, { CapacityUnits: index.units }]] : [],
        );
      return {
        ...total,
        Table: { CapacityUnits: table },
        ...nonEmptyMap('GlobalSecondaryIndexes', listUnits(true)),
        ...nonEmptyMap('LocalSecondaryIndexes', listUnits(false)),
      };
    });
  }

  #unitsFor(table: string): ConsumedUnits {
    const units = this.#units.get(table) ?? { table: 0, indexes: new Map() };
    this.#units.set(table, units);
    return units;
  }

  #addIndexUnits(table: Table, { name, global }: Index, units: number): void {
    const { indexes } = this.#unitsFor(table.name);
    indexes.set(name, { global, units: (indexes.get(name)?.units ?? 0) + units });
  }
}

function toUnits(bytes: number, unit: number): number {
  return Math.max(1, Math.ceil(bytes / unit));
}

function nonEmptyMap(name: string, entries: readonly unknown[][]): object {
  return entries.length === 0 ? {} : { [name]: Object.fromEntries(entries) };
}

/** Returns the sizes of the index entries that a change writes: none for unchanged content, two for a changed key. */
function indexWriteSizes(index: Index, { old, item }: Pick<WriteUsage, 'old' | 'item'>): number[] {
  const [before, after] = [toIndexEntry(index, old), toIndexEntry(index, item)];
  if (!before || !after) return [before ?? after].flatMap((entry) => (entry ? [entry.size] : []));
  if (before.key !== after.key) return [before.size, after.size];
  return before.text === after.text ? [] : [Math.max(before.size, after.size)];
}

function toIndexEntry(index: Index, item: Item | undefined) {
  const key = item && encodeKey(item, index.keys);
  if (!item || !key) return undefined;
  const projected = index.include ? pickKeys(item, index.include) : item;
  const text = JSON.stringify(Object.entries(projected).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return {
    key: `${key.hash.toString('hex')}/${key.range.toString('hex')}`,
    text,
    size: itemSize(projected),
  };
}
