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
  const table = output(outputs, names.ordersTable);
  const keys = [...new Set(ids)].map((orderId) => ({ orderId }));
  const found = await readItems(target, table, {
    keys,
    ...(fields ? { fields: ['orderId', ...fields] } : {}),
    ...(signal ? { signal } : {}),
  });
  return new Map((found as unknown as OrderRecord[]).map((item) => [item.orderId, item]));
}

export interface ItemsOptions {
  /** No two alike. */
  readonly keys: readonly Readonly<Record<string, string>>[];
  /** Only these attributes are read; all of them when absent. */
  readonly fields?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Items of a table by their keys, a hundred a call, consistently read. One that is not there is absent. */
export async function readItems(
  target: Target,
  table: string,
  { keys, fields, signal }: ItemsOptions,
): Promise<Record<string, unknown>[]> {
  const { BatchGetCommand } = await import('../target/sdk/tables.ts');
  const tables = await target.clients.tables();
  const found: Record<string, unknown>[] = [];
  let left = keys;
  let emptyHanded = 0;
  while (left.length > 0) {
    const Keys = left.slice(0, most);
    const request = { Keys, ConsistentRead: true, ...(fields && projection(fields)) };
    const command = new BatchGetCommand({ RequestItems: { [table]: request } });
    const answer = await tables.send(command, signal ? { abortSignal: signal } : {});
    found.push(...(answer.Responses?.[table] ?? []));
    // What a throttled table leaves is asked for again, a little later.
    const again = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as typeof keys;
    left = [...left.slice(most), ...again];
    emptyHanded = again.length < Keys.length ? 0 : emptyHanded + 1;
    if (again.length > 0) await sleep(Math.min(50 * 2 ** emptyHanded, 5000));
  }
  return found;
}

function projection(fields: readonly string[]) {
  const all = [...new Set(fields)];
  return {
    ProjectionExpression: all.map((_, index) => `#f${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(all.map((field, index) => [`#f${index}`, field])),
  };
}
