import { Spending } from '../capacity.ts';
import { invalid, invalidParameter } from '../errors.ts';
import type { Condition, Operand, Path } from '../expression/ast.ts';
import { Bindings, type Bound, type ExpressionInput } from '../expression/bindings.ts';
import { holds } from '../expression/condition.ts';
import { project } from '../expression/projection.ts';
import { keyOf, pickKeys } from '../keys.ts';
import type { Walk } from '../rows.ts';
import { segmentOf } from '../segments.ts';
import type { Index, Table } from '../table.ts';
import { checkItem, type Item, typeOf } from '../values.ts';
import { type Context, consumed, refuseLegacy } from './context.ts';
import { keyRange } from './key-condition.ts';

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
  /** Of a parallel scan. */
  readonly Segment?: number;
  readonly TotalSegments?: number;
  readonly ReturnConsumedCapacity?: string;
}

const pageBytes = 1024 * 1024;

export function query(context: Context, input: ReadInput): object {
  return read(context, input, true);
}

/** Scan; goes through the items in the order of their keys, where DynamoDB uses that of a hash. */
export function scan(context: Context, input: ReadInput): object {
  return read(context, input, false);
}

function read(context: Context, input: ReadInput, keyed: boolean): object {
  refuseLegacy(input);
  checkInput(input);
  const start = input.ExclusiveStartKey == null ? undefined : checkItem(input.ExclusiveStartKey);
  const bindings = new Bindings(input);
  const filter = bindings.condition('FilterExpression', input.FilterExpression);
  const paths = bindings.projection(input.ProjectionExpression);
  const key = keyed
    ? bindings.condition('KeyConditionExpression', input.KeyConditionExpression)
    : undefined;
  bindings.finish();
  if (keyed && !key) {
    throw invalid(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  }
  const table = context.tables.get(input.TableName);
  const index = findIndex(table, input);
  const selected = key && keyRange({ table, index }, key);
  if (key && filter) refuseKeyFilter((index ?? table).keyNames, filter);
  const page = collect(context, {
    walk: {
      table,
      ...(index ? { index } : {}),
      ...selected,
      backward: input.ScanIndexForward === false,
      ...(start ? { after: startAt({ table, index, start, keyed }) } : {}),
    },
    filter,
    limit: input.Limit,
    mine: keyed ? undefined : segmentOf(table, input),
  });
  const { items, bytes, ...rest } = page;
  const spending = new Spending(context.meter, input.ReturnConsumedCapacity);
  spending.read(table, { index, bytes, consistent: input.ConsistentRead });
  const shape = toShape(input, { index, paths });
  return {
    ...(shape ? { Items: items.map(shape) } : {}),
    ...rest,
    ...consumed(spending),
  };
}

function checkInput({ Limit, Select, ProjectionExpression }: ReadInput): void {
  if (Limit !== undefined && Limit !== null && !(Limit >= 1)) {
    throw invalid(
      `1 validation error detected: Value '${Limit}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  }
  if (ProjectionExpression !== undefined && Select && Select !== 'SPECIFIC_ATTRIBUTES') {
    throw invalid(`Cannot specify the ProjectionExpression when choosing to get ${Select}`);
  }
}

function findIndex(table: Table, input: ReadInput): Index | undefined {
  if (input.IndexName === undefined) return undefined;
  const index = table.indexes.find((candidate) => candidate.name === input.IndexName);
  if (!index) throw invalid(`The table does not have the specified index: ${input.IndexName}`);
  if (index.global && input.ConsistentRead) {
    throw invalid('Consistent reads are not supported on global secondary indexes');
  }
  if (index.global && index.include && input.Select === 'ALL_ATTRIBUTES') {
    throw invalidParameter(
      `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
  }
  return index;
}

function refuseKeyFilter(keyNames: readonly string[], { tree, bindings }: Bound<Condition>): void {
  for (const path of pathsOf(tree)) {
    const name = bindings.name(path[0] as string);
    if (keyNames.includes(name)) {
      throw invalid(
        `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
      );
    }
  }
}

function pathsOf(tree: Condition | Operand): Path[] {
  if (tree.kind === 'and' || tree.kind === 'or') {
    return [...pathsOf(tree.left), ...pathsOf(tree.right)];
  }
  if (tree.kind === 'not') return pathsOf(tree.inner);
  if (tree.kind === 'path') return [tree.path];
  return tree.kind === 'value' ? [] : tree.operands.flatMap(pathsOf);
}

function startAt(from: {
  table: Table;
  index: Index | undefined;
  start: Item;
  keyed: boolean;
}): Buffer[] {
  const { table, index, start, keyed } = from;
  const names = new Set([...table.keyNames, ...(index?.keyNames ?? [])]);
  const base = keyOf(start, table.keys);
  const entry = index ? keyOf(start, index.keys) : base;
  const typed = Object.entries(start).every(([name, value]) => typeOf(value) === table.types[name]);
  if (!base || !entry || !typed || Object.keys(start).length !== names.size) {
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

function collect(
  { rows }: Context,
  plan: {
    walk: Walk;
    filter: Bound<Condition> | undefined;
    limit: number | undefined;
    /** Whether an item is in the segment that is scanned; all are when absent. */
    mine: ((item: Item) => boolean) | undefined;
  },
): Page {
  const { walk, filter, limit = Number.POSITIVE_INFINITY, mine } = plan;
  const items: Item[] = [];
  let [scanned, bytes] = [0, 0];
  let last: Item | undefined;
  for (const { item, size } of rows.walk(walk)) {
    if (mine && !mine(item)) continue;
    scanned += 1;
    bytes += size;
    if (!filter || holds(filter, item)) items.push(item);
    if (scanned >= limit || bytes >= pageBytes) {
      last = item;
      break;
    }
  }
  const names = [...walk.table.keyNames, ...(walk.index?.keyNames ?? [])];
  return {
    items,
    bytes,
    Count: items.length,
    ScannedCount: scanned,
    ...(last ? { LastEvaluatedKey: pickKeys(last, names) } : {}),
  };
}

/** What is answered of each item; undefined when only the count is wanted. */
function toShape(
  input: ReadInput,
  { index, paths }: { index: Index | undefined; paths: readonly Path[] | undefined },
): ((item: Item) => Item) | undefined {
  if (input.Select === 'COUNT') return undefined;
  const include = input.Select === 'ALL_ATTRIBUTES' ? undefined : index?.include;
  return (item) => {
    const held = include && (index?.global || !paths) ? pickKeys(item, include) : item;
    return paths ? project(held, paths) : held;
  };
}
