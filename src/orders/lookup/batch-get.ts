import { setTimeout as sleep } from 'node:timers/promises';
import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';

/** BatchGetItem takes so many keys (API reference). */
const most = 100;

export interface BatchOptions<Field extends keyof OrderRecord> {
  readonly ids: Iterable<string>;
  /** Only these attributes are read; all of them when absent. */
  readonly fields?: readonly Field[];
  readonly signal?: AbortSignal;
}

/** The items of many orders by id, a hundred a call, consistently read. An order without an item is absent. */
export async function readOrders<Field extends keyof OrderRecord = keyof OrderRecord>(
  target: Target,
  outputs: StackOutputs,
  options: BatchOptions<Field>,
): Promise<Map<string, Pick<OrderRecord, Field>>> {
  const found = new Map<string, Pick<OrderRecord, Field>>();
  for await (const { items } of readBatches(target, outputs, options)) {
    for (const [orderId, item] of items) found.set(orderId, item);
  }
  return found;
}

/** What a call answered. */
export interface Batch<Field extends keyof OrderRecord> {
  readonly ids: readonly string[];
  /** Of those that have an item. */
  readonly items: ReadonlyMap<string, Pick<OrderRecord, Field>>;
}

/** The same, call by call: what one tells is known also when the next one fails. */
export async function* readBatches<Field extends keyof OrderRecord = keyof OrderRecord>(
  target: Target,
  outputs: StackOutputs,
  { ids, fields, signal }: BatchOptions<Field>,
): AsyncGenerator<Batch<Field>, void> {
  const pages = readPages(target, output(outputs, names.ordersTable), {
    keys: [...new Set(ids)].map((orderId) => ({ orderId })),
    ...(fields ? { fields: ['orderId', ...fields] } : {}),
    ...(signal ? { signal } : {}),
  });
  for await (const { keys, items } of pages) {
    const orders = items as unknown as OrderRecord[];
    yield {
      ids: keys.map(({ orderId }) => orderId),
      items: new Map(orders.map((item) => [item.orderId, item])),
    };
  }
}

type Key = Readonly<Record<string, string>>;

export interface ItemsOptions<Each extends Key = Key> {
  /** No two alike. */
  readonly keys: readonly Each[];
  /** Only these attributes are read; all of them when absent. */
  readonly fields?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Items of a table by their keys, a hundred a call, consistently read. One that is not there is absent. */
export async function readItems(
  target: Target,
  table: string,
  options: ItemsOptions,
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for await (const { items } of readPages(target, table, options)) found.push(...items);
  return found;
}

interface ItemsPage<Each extends Key> {
  readonly keys: readonly Each[];
  readonly items: readonly Record<string, unknown>[];
}

async function* readPages<Each extends Key>(
  target: Target,
  table: string,
  { keys, fields, signal }: ItemsOptions<Each>,
): AsyncGenerator<ItemsPage<Each>, void> {
  const { BatchGetCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  const interruptible = signal ? { signal } : {};
  let left = keys;
  let emptyHanded = 0;
  while (left.length > 0) {
    const Keys = left.slice(0, most);
    const request = { Keys, ConsistentRead: true, ...(fields && projection(fields)) };
    const command = new BatchGetCommand({ RequestItems: { [table]: request } });
    const answer = await tables.send(command, signal ? { abortSignal: signal } : {});
    // What a throttled table leaves is asked for again, a little later.
    const again = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as Each[];
    const texts = new Set(again.map((key) => textOf(key)));
    const items = answer.Responses?.[table] ?? [];
    yield { keys: Keys.filter((key) => !texts.has(textOf(key))), items };
    left = [...left.slice(most), ...again];
    emptyHanded = again.length < Keys.length ? 0 : emptyHanded + 1;
    const pause = Math.min(50 * 2 ** emptyHanded, 5000);
    if (again.length > 0) await sleep(pause, undefined, interruptible);
  }
}

/** The same for two keys that are the same, whatever the order of their attributes. */
const textOf = (key: Key) =>
  JSON.stringify(Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1)));

function projection(fields: readonly string[]) {
  const all = [...new Set(fields)];
  return {
    ProjectionExpression: all.map((_, index) => `#f${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(all.map((field, index) => [`#f${index}`, field])),
  };
}
