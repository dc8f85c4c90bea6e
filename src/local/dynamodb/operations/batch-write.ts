import { CapacityMeter } from '../capacity.ts';
import { isThrottled } from '../contention/partition-limits.ts';
import { invalid } from '../errors.ts';
import { type Context, consumedCapacities } from './context.ts';
import { itemIdentity } from './read.ts';
import { applyChange, type Change, prepareChange } from './write.ts';

interface BatchWrite {
  readonly PutRequest?: { readonly Item: unknown };
  readonly DeleteRequest?: { readonly Key: unknown };
}

interface PreparedWrite {
  readonly TableName: string;
  readonly request: BatchWrite;
  readonly change: Change;
}

/**
 * BatchWriteItem. Items that a transaction is writing, and items of exhausted partitions, are returned as UnprocessedItems. Throws
 * the throttling error if every item is throttled.
 */
export function batchWriteItem(
  context: Context,
  input: {
    readonly RequestItems: Readonly<Record<string, readonly BatchWrite[]>>;
    readonly ReturnConsumedCapacity?: string;
  },
): object {
  const writes: PreparedWrite[] = Object.entries(input.RequestItems ?? {}).flatMap(
    ([TableName, requests]) =>
      requests.map((request) => ({
        TableName,
        request,
        change: toChange(context, TableName, request),
      })),
  );
  if (writes.length > 25) throw invalid('Too many items requested for the BatchWriteItem call');
  if (writes.length === 0) {
    throw invalid('The batch write request list for a table cannot be null or empty');
  }
  const ids = new Set(writes.map(({ change }) => itemIdentity(change.table, change.key)));
  if (ids.size < writes.length) {
    throw invalid('Provided list of item keys contains duplicates');
  }
  const capacity = new CapacityMeter(context, input.ReturnConsumedCapacity);
  const unprocessed = context.store.transact(() => {
    const results = writes.map((write) => ({ write, failure: tryWrite(context, write, capacity) }));
    const failed = results.filter(({ failure }) => failure !== undefined);
    const throttled = failed.find(({ failure }) => isThrottled(failure));
    if (throttled && failed.length === writes.length) throw throttled.failure;
    return failed.map(({ write }) => write);
  });
  return { UnprocessedItems: groupByTable(unprocessed), ...consumedCapacities(capacity) };
}

function toChange(
  context: Context,
  TableName: string,
  { PutRequest: put, DeleteRequest: remove }: BatchWrite,
): Change {
  return put
    ? prepareChange(context, 'Put', { TableName, Item: put.Item })
    : prepareChange(context, 'Delete', { TableName, Key: remove?.Key });
}

/** Writes one item. Returns the conflict or the throttling error that prevents it. */
function tryWrite(context: Context, { change }: PreparedWrite, capacity: CapacityMeter): unknown {
  const { table, key } = change;
  const id = itemIdentity(table, key);
  if (context.ongoing?.isInTransaction(id)) return 'conflict';
  const old = context.items.get(table, key);
  const item = change.next(old);
  try {
    capacity.write(table, { key, old, item });
  } catch (error) {
    if (isThrottled(error)) return error;
    throw error;
  }
  applyChange(context, change, { old, item });
  context.ongoing?.noteWrite(id, context.store.committed());
  return undefined;
}

function groupByTable(writes: readonly PreparedWrite[]): Record<string, BatchWrite[]> {
  const grouped: Record<string, BatchWrite[]> = {};
  for (const { TableName, request } of writes) {
    const requests = grouped[TableName] ?? [];
    grouped[TableName] = [...requests, request];
  }
  return grouped;
}
