import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../../environment/stack.ts';
import { requireOutput } from '../../environment/stack-outputs.ts';
import type { Item, Key, TableOutput } from './table.ts';

/** Maximum number of keys in a BatchGetItem request (API reference). */
const maxBatchSize = 100;
const baseDelayMs = 50;
const maxDelayMs = 5000;

export interface BatchGetOptions<K extends Key = Key> {
  /** Distinct keys. */
  readonly keys: readonly K[];
  /** The attributes to read; all if absent. */
  readonly fields?: readonly string[];
  readonly signal?: AbortSignal;
}

/** The result of one request. A key without an item is in `keys` only. */
export interface ItemBatch<K extends Key> {
  readonly keys: readonly K[];
  readonly items: readonly Item[];
}

/** Reads items by their keys, consistently. A missing item is left out. */
export async function readItems(
  stack: Stack,
  table: TableOutput,
  options: BatchGetOptions,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const { items } of readItemBatches(stack, table, options)) found.push(...items);
  return found;
}

/** Yields the items of each request, so that an error in a later request does not lose them. Reads consistently. */
export async function* readItemBatches<K extends Key>(
  stack: Stack,
  table: TableOutput,
  { keys, fields, signal }: BatchGetOptions<K>,
): AsyncGenerator<ItemBatch<K>, void> {
  const { BatchGetCommand } = await import('../../aws/sdk/dynamodb.ts');
  const client = await stack.target.clients.dynamodb();
  const name = requireOutput(stack, table);
  const projection = fields ? buildProjection(fields) : {};
  let remaining = keys;
  let emptyResponses = 0;
  while (remaining.length > 0) {
    const Keys = remaining.slice(0, maxBatchSize);
    const RequestItems = { [name]: { Keys, ConsistentRead: true, ...projection } };
    const response = await client.send(
      new BatchGetCommand({ RequestItems }),
      signal ? { abortSignal: signal } : {},
    );
    // A throttled table returns some keys unprocessed; they are requested again after a delay.
    const unprocessed = (response.UnprocessedKeys?.[name]?.Keys ?? []) as K[];
    const pending = new Set(unprocessed.map((key) => formatKey(key)));
    yield {
      keys: Keys.filter((key) => !pending.has(formatKey(key))),
      items: response.Responses?.[name] ?? [],
    };
    remaining = [...remaining.slice(maxBatchSize), ...unprocessed];
    emptyResponses = unprocessed.length < Keys.length ? 0 : emptyResponses + 1;
    const delayMs = Math.min(baseDelayMs * 2 ** emptyResponses, maxDelayMs);
    if (unprocessed.length > 0) await sleep(delayMs, undefined, signal ? { signal } : {});
  }
}

/** Formats a key so that equal keys have equal texts, regardless of the order of their attributes. */
function formatKey(key: Key): string {
  return JSON.stringify(Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function buildProjection(fields: readonly string[]) {
  const distinct = [...new Set(fields)];
  return {
    ProjectionExpression: distinct.map((_, index) => `#f${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(
      distinct.map((field, index) => [`#f${index}`, field]),
    ),
  };
}
