import type { TableUsage, UsageMeter } from '../shared/usage-meter.ts';
import type { PartitionLimits } from './contention/partition-limits.ts';
import { type EncodedKey, encodeKey, pickKeys } from './keys.ts';
import { type Index, type Table, tableArn } from './table.ts';
import { type Item, itemSize } from './values.ts';

/** Size of an item that one write unit, or one consistent read unit, covers (bytes). */
const writeUnitBytes = 1024;
const readUnitBytes = 4096;

interface ConsumedUnits {
  table: number;
  readonly indexes: Map<string, { readonly global: boolean; units: number }>;
}

interface WriteUsage {
  readonly key: EncodedKey;
  readonly old: Item | undefined;
  readonly item: Item | undefined;
  readonly transactional?: boolean;
}

interface ReadUsage {
  readonly index?: Index | undefined;
  /** The encoded partition key in the table or index. Absent for a scan. */
  readonly hash?: Buffer | undefined;
  /** The whole item that was read. `bytes` replaces it for several items. */
  readonly item?: Item | undefined;
  readonly bytes?: number;
  readonly consistent?: boolean | undefined;
  readonly transactional?: boolean;
}

/** Receives the use of capacity. */
interface CapacityDeps {
  readonly meter: UsageMeter | undefined;
  readonly partitions: PartitionLimits | undefined;
}

/**
 * Measures the capacity that one request consumes on tables and indexes, in the units that DynamoDB bills. Throws the error of an
 * exhausted partition; the request then consumes nothing more.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export class CapacityMeter {
  readonly #meter: UsageMeter | undefined;
  readonly #partitions: PartitionLimits | undefined;
  readonly #detail: string;
  readonly #units = new Map<string, ConsumedUnits>();
  readonly #written = new Set<string>();

  /** Measures only if there is a usage meter or a limit, or if the request asks for its capacity (`detail`). */
  constructor({ meter, partitions }: CapacityDeps, detail = 'NONE') {
    this.#meter = meter;
    this.#partitions = partitions;
    this.#detail = detail;
  }

  get #idle(): boolean {
    return !this.#meter && !this.#partitions && this.#detail === 'NONE';
  }

  /** Counts a write, a deletion or a failed condition. The larger of the old and the new size counts. */
  write(table: Table, { key, old, item, transactional = false }: WriteUsage): void {
    if (this.#idle) return;
    const factor = transactional ? 2 : 1;
    const size = Math.max(old ? itemSize(old) : 0, item ? itemSize(item) : 0);
    const units = toUnits(size, writeUnitBytes) * factor;
    const indexWrites = (old === item ? [] : table.indexes).flatMap((index) =>
      listIndexWrites(index, { old, item }).map((entry) => ({
        index,
        hash: entry.hash,
        units: toUnits(entry.size, writeUnitBytes) * factor,
      })),
    );
    this.#chargePartition(table, 'Write', { hash: key.hash, units });
    for (const write of indexWrites) this.#chargePartition(table, 'Write', write);
    this.#unitsFor(table.name).table += units;
    for (const write of indexWrites) this.#addIndexUnits(table, write.index, write.units);
    if (!this.#written.has(table.name)) this.#meter?.writeRequest(this.#written, table.name);
    this.#written.add(table.name);
    this.#meter?.table(table.name, {
      writes: 1,
      writeUnits: units,
      indexWrites: indexWrites.length,
      indexWriteUnits: indexWrites.reduce((sum, write) => sum + write.units, 0),
    });
  }

  /** Counts a read. An eventually consistent read costs half, a transactional one double. */
  read(
    table: Table,
    { index, hash, item, bytes, consistent = false, transactional = false }: ReadUsage,
  ): void {
    if (this.#idle) return;
    const factor = transactional ? 2 : consistent ? 1 : 0.5;
    const units = toUnits(bytes ?? (item ? itemSize(item) : 0), readUnitBytes) * factor;
    this.#chargePartition(table, 'Read', { index, hash, units });
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

  #chargePartition(
    table: Table,
    kind: 'Read' | 'Write',
    use: { index?: Index | undefined; hash: Buffer | undefined; units: number },
  ): void {
    if (!this.#partitions) return;
    const { index, hash, units } = use;
    const arn = tableArn(table.name);
    const isOnDemand = table.stored.input.BillingMode === 'PAY_PER_REQUEST';
    const resource = {
      arn: index ? `${arn}/index/${index.name}` : arn,
      isIndex: index !== undefined,
      isOnDemand,
    };
    this.#partitions.use({ kind, resource, hash, units });
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

/** Returns the index entries that a change writes: none for unchanged content, two for a changed key. */
function listIndexWrites(
  index: Index,
  { old, item }: Pick<WriteUsage, 'old' | 'item'>,
): { hash: Buffer; size: number }[] {
  const [before, after] = [toIndexEntry(index, old), toIndexEntry(index, item)];
  if (!before || !after) return [before ?? after].flatMap((entry) => (entry ? [entry] : []));
  if (before.key !== after.key) return [before, after];
  if (before.text === after.text) return [];
  return [{ hash: after.hash, size: Math.max(before.size, after.size) }];
}

function toIndexEntry(index: Index, item: Item | undefined) {
  const key = item && encodeKey(item, index.keys);
  if (!item || !key) return undefined;
  const projected = index.include ? pickKeys(item, index.include) : item;
  const text = JSON.stringify(Object.entries(projected).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return {
    hash: key.hash,
    key: `${key.hash.toString('hex')}/${key.range.toString('hex')}`,
    text,
    size: itemSize(projected),
  };
}
