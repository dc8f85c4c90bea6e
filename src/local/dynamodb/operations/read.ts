import { Spending } from '../capacity.ts';
import { invalid } from '../errors.ts';
import { Bindings, type ExpressionInput } from '../expression/bindings.ts';
import { project } from '../expression/projection.ts';
import { type EncodedKey, exactKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { checkItem, type Item } from '../values.ts';
import { type Context, consumed, consumedOfEach, refuseLegacy } from './context.ts';

export interface GetInput extends ExpressionInput {
  readonly TableName: string;
  readonly Key?: unknown;
  readonly ProjectionExpression?: string;
  readonly ConsistentRead?: boolean;
  readonly ReturnConsumedCapacity?: string;
}

/** GetItem; every read is consistent. */
export function getItem(context: Context, input: GetInput): object {
  const spending = new Spending(context.meter, input.ReturnConsumedCapacity);
  const found = prepareGet(context, input).read(spending);
  return { ...(found ? { Item: found } : {}), ...consumed(spending) };
}

interface Get {
  readonly table: Table;
  readonly key: EncodedKey;
  read(spending: Spending, transactional?: boolean): Item | undefined;
}

function prepareGet(context: Context, input: GetInput): Get {
  refuseLegacy(input);
  const content = checkItem(input.Key ?? {});
  const bindings = new Bindings(input);
  const paths = bindings.projection(input.ProjectionExpression);
  bindings.finish();
  const table = context.tables.get(input.TableName);
  const key = exactKey(table, content);
  return {
    table,
    key,
    read(spending, transactional = false) {
      const item = context.rows.get(table, key);
      spending.read(table, {
        item,
        consistent: input.ConsistentRead,
        transactional,
      });
      return item && paths ? project(item, paths) : item;
    },
  };
}

/** Tells the items of a batch or a transaction apart. */
export function identity(table: Table, { hash, range }: EncodedKey): string {
  return `${table.name}/${hash.toString('base64')}/${range.toString('base64')}`;
}

interface BatchGetEntry extends ExpressionInput {
  readonly Keys: readonly unknown[];
  readonly ProjectionExpression?: string;
  readonly ConsistentRead?: boolean;
}

/** BatchGetItem; nothing is ever left unprocessed. */
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
  const spending = new Spending(context.meter, input.ReturnConsumedCapacity);
  const seen = new Set<string>();
  const Responses: Record<string, Item[]> = {};
  for (const [TableName, { Keys, ...rest }] of entries) {
    const items: Item[] = [];
    for (const Key of Keys) {
      const get = prepareGet(context, { ...rest, TableName, Key });
      const id = identity(get.table, get.key);
      if (seen.has(id)) throw invalid('Provided list of item keys contains duplicates');
      seen.add(id);
      const item = get.read(spending);
      if (item) items.push(item);
    }
    Responses[TableName] = items;
  }
  return { Responses, UnprocessedKeys: {}, ...consumedOfEach(spending) };
}

/** TransactGetItems: one synchronous read, so nothing can come between. */
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
  if (new Set(gets.map(({ table, key }) => identity(table, key))).size < gets.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
  const spending = new Spending(context.meter, input.ReturnConsumedCapacity);
  const Responses = gets.map((get) => {
    const Item = get.read(spending, true);
    return Item ? { Item } : {};
  });
  return { Responses, ...consumedOfEach(spending) };
}
