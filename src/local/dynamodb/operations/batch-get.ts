import { CapacityMeter } from '../capacity.ts';
import { isThrottled } from '../contention/partition-limits.ts';
import { invalid } from '../errors.ts';
import type { ExpressionInput } from '../expression/bindings.ts';
import type { Item } from '../values.ts';
import { type Context, consumedCapacities } from './context.ts';
import { type Get, itemIdentity, prepareReader } from './read.ts';

interface BatchGetEntry extends ExpressionInput {
  readonly Keys: readonly unknown[];
  readonly ProjectionExpression?: string;
  readonly ConsistentRead?: boolean;
}

/** BatchGetItem. Keys of exhausted partitions are returned as UnprocessedKeys. Throws the throttling error if that is every key. */
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
  const gets = entries.flatMap(([TableName, { Keys, ...rest }]) => {
    const prepare = prepareReader(context, { ...rest, TableName });
    return Keys.map((Key) => ({ TableName, Key, get: prepare(Key) }));
  });
  if (new Set(gets.map(({ get }) => itemIdentity(get.table, get.key))).size < total) {
    throw invalid('Provided list of item keys contains duplicates');
  }
  const capacity = new CapacityMeter(context, input.ReturnConsumedCapacity);
  const reads = gets.map(({ TableName, Key, get }) => ({
    TableName,
    Key,
    ...tryRead(get, capacity),
  }));
  const throttled = reads.filter(({ failure }) => failure !== undefined);
  if (throttled.length === total) throw throttled[0]?.failure;
  const selectTable = <T>(table: string, list: readonly (T & { TableName: string })[]) =>
    list.filter(({ TableName }) => TableName === table);
  return {
    Responses: Object.fromEntries(
      entries.map(([name]) => [
        name,
        selectTable(name, reads).flatMap(({ item }) => (item ? [item] : [])),
      ]),
    ),
    UnprocessedKeys: Object.fromEntries(
      entries
        .map(([name, entry]) => ({ name, entry, keys: selectTable(name, throttled) }))
        .filter(({ keys }) => keys.length > 0)
        .map(({ name, entry, keys }) => [name, { ...entry, Keys: keys.map(({ Key }) => Key) }]),
    ),
    ...consumedCapacities(capacity),
  };
}

/** Reads an item. Returns the throttling error if its partition is exhausted. */
function tryRead(get: Get, capacity: CapacityMeter): { item?: Item | undefined; failure?: Error } {
  try {
    return { item: get.read(capacity) };
  } catch (error) {
    if (isThrottled(error)) return { failure: error };
    throw error;
  }
}
