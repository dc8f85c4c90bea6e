import { CapacityMeter } from '../capacity.ts';
import { invalid } from '../errors.ts';
import type { Condition, Path } from '../expression/ast.ts';
import { Bindings, type Bound, type ExpressionInput } from '../expression/bindings.ts';
import { evaluateCondition } from '../expression/condition.ts';
import { project } from '../expression/projection.ts';
import type { ScanRange } from '../item-store.ts';
import { encodeKey, pickKeys } from '../keys.ts';
import { createSegmentFilter } from '../segments.ts';
import type { Index, Table } from '../table.ts';
import { checkItem, type Item, typeOf } from '../values.ts';
import { type Context, consumedCapacity } from './context.ts';
import { checkProjected, checkSelect, listPaths } from './index-projection.ts';
import { resolveKeyRange } from './key-condition.ts';

interface ReadInput extends ExpressionInput {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly Limit?: number;
  readonly Select?: string;
  readonly ScanIndexForward?: boolean;
  readonly ExclusiveStartKey?: unknown;
  readonly ConsistentRead?: boolean;
  /** For a parallel scan. */
  readonly Segment?: number;
  readonly TotalSegments?: number;
  readonly ReturnConsumedCapacity?: string;
}

/** Size of the items read for one page (bytes). */
const maxPageBytes = 1024 * 1024;

export function query(context: Context, input: ReadInput): object {
  return readItems(context, input, true);
}

/** Scan. Returns items in the order of their partition keys; DynamoDB uses the order of a hash. */
export function scan(context: Context, input: ReadInput): object {
  return readItems(context, input, false);
}

function readItems(context: Context, input: ReadInput, keyed: boolean): object {
  checkLimit(input);
  const start = input.ExclusiveStartKey == null ? undefined : checkItem(input.ExclusiveStartKey);
  const bindings = new Bindings(input);
  const filter = bindings.condition('FilterExpression', input.FilterExpression);
  const paths = bindings.projection(input.ProjectionExpression);
  const key = keyed
    ? bindings.condition('KeyConditionExpression', input.KeyConditionExpression)
    : undefined;
  bindings.checkAllUsed();
  if (keyed && !key) {
    throw invalid(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  }
  const table = context.tables.get(input.TableName);
  const index = findIndex(table, input);
  checkSelect(input, index);
  checkProjected(index, { filter, paths });
  const selected = key && resolveKeyRange({ table, index }, key);
  if (key && filter) rejectKeyFilter((index ?? table).keyNames, filter);
  const page = readPage(context, {
    range: {
      table,
      ...(index ? { index } : {}),
      ...selected,
      backward: input.ScanIndexForward === false,
      ...(start ? { after: encodeStartKey({ table, index, start, keyed }) } : {}),
    },
    filter,
    limit: input.Limit,
    isInSegment: keyed ? undefined : createSegmentFilter(table, input),
  });
  const { items, bytes, ...rest } = page;
  const capacity = new CapacityMeter(context, input.ReturnConsumedCapacity);
  capacity.read(table, { index, hash: selected?.hash, bytes, consistent: input.ConsistentRead });
  const shape = createItemMapper(input, { index, paths });
  return {
    ...(shape ? { Items: items.map(shape) } : {}),
    ...rest,
    ...consumedCapacity(capacity),
  };
}

function checkLimit({ Limit }: ReadInput): void {
  if (Limit !== undefined && Limit !== null && !(Limit >= 1)) {
    throw invalid(
      `1 validation error detected: Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  }
}

function findIndex(table: Table, input: ReadInput): Index | undefined {
  if (input.IndexName === undefined) return undefined;
  const index = table.indexes.find((candidate) => candidate.name === input.IndexName);
  if (!index) throw invalid(`The table does not have the specified index: ${input.IndexName}`);
  if (index.global && input.ConsistentRead) {
    throw invalid('Consistent reads are not supported on global secondary indexes');
  }
  return index;
}

function rejectKeyFilter(keyNames: readonly string[], { tree, bindings }: Bound<Condition>): void {
  for (const path of listPaths(tree)) {
    const name = bindings.name(path[0] as string);
    if (keyNames.includes(name)) {
      throw invalid(
        `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
      );
    }
  }
}

function encodeStartKey(options: {
  table: Table;
  index: Index | undefined;
  start: Item;
  keyed: boolean;
}): Buffer[] {
  const { table, index, start, keyed } = options;
  const names = new Set([...table.keyNames, ...(index?.keyNames ?? [])]);
  const base = encodeKey(start, table.keys);
  const entry = index ? encodeKey(start, index.keys) : base;
  const hasKeyTypes = Object.entries(start).every(
    ([name, value]) => typeOf(value) === table.types[name],
  );
  if (!base || !entry || !hasKeyTypes || Object.keys(start).length !== names.size) {
    throw invalid(
      'The provided starting key is invalid: The provided key element does not match the schema',
    );
  }
  return [...(keyed ? [] : [entry.hash]), entry.range, ...(index ? [base.hash, base.range] : [])];
}

interface Page {
  readonly items: Item[];
  readonly bytes: number;
  readonly Count: number;
  readonly ScannedCount: number;
  readonly LastEvaluatedKey?: Item;
}

function readPage(
  { items: store }: Context,
  plan: {
    range: ScanRange;
    filter: Bound<Condition> | undefined;
    limit: number | undefined;
    /** Filters the items of a parallel scan; undefined for all items. */
    isInSegment: ((item: Item) => boolean) | undefined;
  },
): Page {
  const { range, filter, limit = Number.POSITIVE_INFINITY, isInSegment } = plan;
  const items: Item[] = [];
  let [scanned, bytes] = [0, 0];
  let last: Item | undefined;
  for (const { item, size } of store.scan(range)) {
    if (isInSegment && !isInSegment(item)) continue;
    scanned += 1;
    bytes += size;
    if (!filter || evaluateCondition(filter, item)) items.push(item);
    if (scanned >= limit || bytes >= maxPageBytes) {
      last = item;
      break;
    }
  }
  const names = [...range.table.keyNames, ...(range.index?.keyNames ?? [])];
  return {
    items,
    bytes,
    Count: items.length,
    ScannedCount: scanned,
    ...(last ? { LastEvaluatedKey: pickKeys(last, names) } : {}),
  };
}

/** Returns the function that selects the attributes of an item in the response; undefined for a count. */
function createItemMapper(
  input: ReadInput,
  { index, paths }: { index: Index | undefined; paths: readonly Path[] | undefined },
): ((item: Item) => Item) | undefined {
  if (input.Select === 'COUNT') return undefined;
  const include = input.Select === 'ALL_ATTRIBUTES' ? undefined : index?.include;
  return (item) => {
    const projected = include && (index?.global || !paths) ? pickKeys(item, include) : item;
    return paths ? project(projected, paths) : projected;
  };
}
