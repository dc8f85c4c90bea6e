/** The orders table. */
import type { OrderRecord } from '../../contract/api.ts';
import { orderKey } from '../../contract/tables.ts';
import type { TransactItem } from '../transactions.ts';
import { createTable, type Update } from './table.ts';

const table = createTable<ReturnType<typeof orderKey>>('ORDERS_TABLE');

/** Reads an order; `consistent` is false for readers that accept a slightly older item. */
export async function readOrder(
  orderId: string,
  options?: { readonly consistent: boolean },
): Promise<OrderRecord | undefined> {
  return (await table.get(orderKey(orderId), options)) as OrderRecord | undefined;
}

/** Writes the item of a new order. A failed condition's error contains the existing item. */
export function putNewOrder(record: OrderRecord): Promise<void> {
  return table.put(record, {
    ConditionExpression: 'attribute_not_exists(orderId)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
}

export function updateOrder(orderId: string, update: Update): Promise<void> {
  return table.update(orderKey(orderId), update);
}

/** Updates an order. Returns the order as it is after that. */
export async function updateAndReadOrder(orderId: string, update: Update): Promise<OrderRecord> {
  return (await table.updateAndGet(orderKey(orderId), update)) as unknown as OrderRecord;
}

/** The update of an order as part of a transaction. */
export function orderUpdateItem(orderId: string, update: Update): TransactItem {
  return table.updateItem(orderKey(orderId), update);
}
