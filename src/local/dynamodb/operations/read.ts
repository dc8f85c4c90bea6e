import { CapacityMeter } from '../capacity.ts';
import { conflict } from '../contention/ongoing-writes.ts';
import { isThrottled, toCancellationCode } from '../contention/partition-limits.ts';
import { invalid } from '../errors.ts';
import type { Path } from '../expression/ast.ts';
import { Bindings, type ExpressionInput } from '../expression/bindings.ts';
import { project } from '../expression/projection.ts';
import { type EncodedKey, encodeExactKey } from '../keys.ts';
import type { Table } from '../table.ts';
import { checkItem, type Item } from '../values.ts';
import { type CancellationReason, transactionCancelled } from './cancellation.ts';
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
  const capacity = new CapacityMeter(context, input.ReturnConsumedCapacity);
  const item = prepareGet(context, input).read(capacity);
  return { ...(item ? { Item: item } : {}), ...consumedCapacity(capacity) };
}

export interface Get {
  readonly table: Table;
  readonly key: EncodedKey;
  read(capacity: CapacityMeter, transactional?: boolean): Item | undefined;
}

/** Returns the read that a request describes. Throws ValidationException if the input is not valid. */
function prepareGet(context: Context, input: GetInput): Get {
  return prepareReader(context, input)(input.Key);
}

/** Returns a function that prepares the read of a key. The expression is checked with the first key. */
export function prepareReader(
  context: Context,
  input: Omit<GetInput, 'Key'>,
): (key: unknown) => Get {
  let target: { paths: readonly Path[] | undefined; table: Table } | undefined;
  return (Key) => {
    const content = checkItem(Key ?? {});
    target ??= { paths: readPaths(input), table: context.tables.get(input.TableName) };
    return createGet(context, input, { ...target, key: encodeExactKey(target.table, content) });
  };
}

function readPaths(input: Omit<GetInput, 'Key'>): readonly Path[] | undefined {
  const bindings = new Bindings(input);
  const paths = bindings.projection(input.ProjectionExpression);
  bindings.checkAllUsed();
  return paths;
}

function createGet(
  context: Context,
  input: Omit<GetInput, 'Key'>,
  { paths, table, key }: { paths: readonly Path[] | undefined; table: Table; key: EncodedKey },
): Get {
  return {
    table,
    key,
    read(capacity, transactional = false) {
      const item = context.items.get(table, key);
      capacity.read(table, {
        hash: key.hash,
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

/**
 * TransactGetItems. All reads are synchronous: no write can happen between them. The transaction is cancelled if another request is
 * writing one of the items, or if a partition is exhausted.
 */
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
  const ids = gets.map(({ table, key }) => itemIdentity(table, key));
  if (new Set(ids).size < gets.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
  const capacity = new CapacityMeter(context, input.ReturnConsumedCapacity);
  const results: TransactionRead[] = gets.map((get, index) =>
    context.ongoing?.isBeingWritten(ids[index] ?? '')
      ? { reason: conflict }
      : tryGet(get, capacity),
  );
  if (results.some(({ reason }) => reason.Code !== 'None')) {
    throw transactionCancelled(results.map(({ reason }) => reason));
  }
  const Responses = results.map(({ item }) => (item ? { Item: item } : {}));
  return { Responses, ...consumedCapacities(capacity) };
}

interface TransactionRead {
  readonly reason: CancellationReason;
  readonly item?: Item | undefined;
}

/** Reads an item of a transaction. Returns the reason if it cancels the transaction. */
function tryGet(get: Get, capacity: CapacityMeter): TransactionRead {
  try {
    return { reason: { Code: 'None' }, item: get.read(capacity, true) };
  } catch (error) {
    if (!isThrottled(error)) throw error;
    return { reason: { Code: toCancellationCode(error), Message: error.message } };
  }
}
