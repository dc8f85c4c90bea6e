import { CapacityMeter } from '../capacity.ts';
import { invalid } from '../errors.ts';
import { Bindings, type ExpressionInput } from '../expression/bindings.ts';
import { project } from '../expression/projection.ts';
import { type EncodedKey, encodeExactKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { checkItem, type Item } from '../values.ts';
import { type Context, consumedCapacities, consumedCapacity } from './context.ts';

export interface GetInput extends ExpressionInput {
  readonly TableName: string;
  readonly Key?: unknown;
  readonly ProjectionExpression?: string;
  readonly ConsistentRead?: boolean;
  readonly ReturnConsumedCapacity?: string;
}

/** GetItem. Every read is strongly consistent. */
export function getItem(context: Context, input: GetInput): object {
  const capacity = new CapacityMeter(context.meter, input.ReturnConsumedCapacity);
  const item = prepareGet(context, input).read(capacity);
  return { ...(item ? { Item: item } : {}), ...consumedCapacity(capacity) };
}

interface Get {
  readonly table: Table;
  readonly key: EncodedKey;
  read(capacity: CapacityMeter, transactional?: boolean): Item | undefined;
}

function prepareGet(context: Context, input: GetInput): Get {
  const content = checkItem(input.Key ?? {});
  const bindings = new Bindings(input);
  const paths = bindings.projection(input.ProjectionExpression);
  bindings.checkAllUsed();
  const table = context.tables.get(input.TableName);
  const key = encodeExactKey(table, content);
  return {
    table,
    key,
    read(capacity, transactional = false) {
      const item = context.items.get(table, key);
      capacity.read(table, {
        item,
        consistent: input.ConsistentRead,
        transactional,
      });
      return item && paths ? project(item, paths) : item;
    },
  };
}

/** Returns a text that identifies an item within a batch or a transaction. */
export function itemIdentity(table: Table, { hash, range }: EncodedKey): string {
  return `${table.name}/${hash.toString('base64')}/${range.toString('base64')}`;
}

interface BatchGetEntry extends ExpressionInput {
  readonly Keys: readonly unknown[];
  readonly ProjectionExpression?: string;
  readonly ConsistentRead?: boolean;
}

/** BatchGetItem. UnprocessedKeys is always empty. */
export function batchGetItem(
  context: Context,
  input: {
    readonly RequestItems: Readonly<Record<string, BatchGetEntry>>;
    readonly ReturnConsumedCapacity?: string;
  },
): object {
  const entries = Object.entries(input.RequestItems ?? {});
  const total = entries.reduce((sum, [, { Keys }]) => sum + (Keys?.length ?? 0), 0);
  if (total > 100) throw invalid('Too many items requested for the BatchGetItem call');
  if (total === 0) {
    throw invalid('1 validation error detected: RequestItems must have at least one key');
  }
  const capacity = new CapacityMeter(context.meter, input.ReturnConsumedCapacity);
  const seen = new Set<string>();
  const Responses: Record<string, Item[]> = {};
  for (const [TableName, { Keys, ...rest }] of entries) {
    const items: Item[] = [];
    for (const Key of Keys) {
      const get = prepareGet(context, { ...rest, TableName, Key });
      const id = itemIdentity(get.table, get.key);
      if (seen.has(id)) throw invalid('Provided list of item keys contains duplicates');
      seen.add(id);
      const item = get.read(capacity);
      if (item) items.push(item);
    }
    Responses[TableName] = items;
  }
  return { Responses, UnprocessedKeys: {}, ...consumedCapacities(capacity) };
}

/** TransactGetItems. All reads are synchronous: no write can happen between them. */
export function transactGetItems(
  context: Context,
  input: {
    readonly TransactItems: readonly { readonly Get: GetInput }[];
    readonly ReturnConsumedCapacity?: string;
  },
): object {
  const items = input.TransactItems ?? [];
  if (items.length === 0 || items.length > 100) {
    throw invalid('Member must have length between 1 and 100: transactItems');
  }
  if (items.some(({ Get }) => Get === undefined)) {
    throw invalid('TransactItems must each contain a Get');
  }
  const gets = items.map(({ Get }) => prepareGet(context, Get));
  if (new Set(gets.map(({ table, key }) => itemIdentity(table, key))).size < gets.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
  const capacity = new CapacityMeter(context.meter, input.ReturnConsumedCapacity);
  const Responses = gets.map((get) => {
    const Item = get.read(capacity, true);
    return Item ? { Item } : {};
  });
  return { Responses, ...consumedCapacities(capacity) };
}
