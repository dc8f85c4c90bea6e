/** Reads order records that are complete. A record without a required field counts as lost. */

import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { readOrders } from '../tables/orders-table.ts';

/** Fields that the workflow writes in every record. */
export const requiredFields = [
  'status',
  'customerId',
  'executionArn',
  'createdAt',
  'updatedAt',
] as const;
export const requiredLists = ['items', 'transitions'] as const;

function isComplete(record: Partial<OrderRecord>): record is OrderRecord {
  return (
    requiredFields.every((field) => typeof record[field] === 'string') &&
    requiredLists.every((field) => Array.isArray(record[field]))
  );
}

/** Reads the records of orders by order id, consistently. A missing or incomplete record is left out. */
export async function readRows(
  stack: Stack,
  ids: Iterable<string>,
): Promise<Map<string, OrderRecord>> {
  const found = await readOrders(stack, { ids });
  return new Map([...found].filter(([, record]) => isComplete(record)));
}

/** Reads the record of an order; undefined if it is missing or incomplete. */
export async function readRow(stack: Stack, orderId: string): Promise<OrderRecord | undefined> {
  return (await readRows(stack, [orderId])).get(orderId);
}
