import { setTimeout as sleep } from 'node:timers/promises';
import { outputs as names, type OrderRecord } from '../../functions/contract/api.ts';
import type { Target } from '../target/resolve.ts';
import { output, type StackOutputs } from '../target/stack.ts';

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
  { ids, fields, signal }: BatchOptions<Field>,
): Promise<Map<string, Pick<OrderRecord, Field>>> {
  const { BatchGetCommand } = await import('../target/sdk/tables.ts');
  const tables = await target.clients.tables();
  const table = output(outputs, names.ordersTable);
  const found = new Map<string, Pick<OrderRecord, Field>>();
  let left = [...new Set(ids)].map((orderId) => ({ orderId }));
  let emptyHanded = 0;
  while (left.length > 0) {
    const keys = left.slice(0, most);
    const request = { Keys: keys, ConsistentRead: true, ...(fields && projection(fields)) };
    const command = new BatchGetCommand({ RequestItems: { [table]: request } });
    const answer = await tables.send(command, signal ? { abortSignal: signal } : {});
    const items = (answer.Responses?.[table] ?? []) as OrderRecord[];
    for (const item of items) found.set(item.orderId, item);
    // What a throttled table leaves is asked for again, a little later.
    const again = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as typeof left;
    left = [...left.slice(most), ...again];
    emptyHanded = again.length < keys.length ? 0 : emptyHanded + 1;
    if (again.length > 0) await sleep(Math.min(50 * 2 ** emptyHanded, 5000));
  }
  return found;
}

function projection(fields: readonly string[]) {
  const all = [...new Set(['orderId', ...fields])];
  return {
    ProjectionExpression: all.map((_, index) => `#f${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(all.map((field, index) => [`#f${index}`, field])),
  };
}
