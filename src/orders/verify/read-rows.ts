/** Rows of orders that have everything which the workflow writes: what has less is as good as lost. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { readOrders } from '../lookup/batch-get.ts';

/** What no row is without. */
export const needed = ['status', 'customerId', 'executionArn', 'createdAt', 'updatedAt'] as const;
export const neededLists = ['items', 'transitions'] as const;

function isWhole(record: Partial<OrderRecord>): record is OrderRecord {
  return (
    needed.every((field) => typeof record[field] === 'string') &&
    neededLists.every((field) => Array.isArray(record[field]))
  );
}

/** The rows of orders, consistently read; one that is there in part only is absent. */
export async function readRows(
  target: Target,
  outputs: StackOutputs,
  ids: Iterable<string>,
): Promise<Map<string, OrderRecord>> {
  const found = await readOrders(target, outputs, { ids });
  return new Map([...found].filter(([, record]) => isWhole(record)));
}

export async function readRow(
  target: Target,
  outputs: StackOutputs,
  orderId: string,
): Promise<OrderRecord | undefined> {
  return (await readRows(target, outputs, [orderId])).get(orderId);
}
