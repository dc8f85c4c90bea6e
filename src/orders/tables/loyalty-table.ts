/** The loyalty table: the points of each order, and each customer's balance. */
import { type OrderRecord, outputs } from '../../../functions/contract/api.ts';
import {
  isLoyaltyBalance,
  loyaltyOrderKey,
  parseLoyaltyOrderId,
} from '../../../functions/contract/tables.ts';
import type { Stack } from '../../environment/stack.ts';
import { readItems } from './batch-get.ts';
import { queryConsistentPages } from './table.ts';

const table = outputs.loyaltyTable;

/** The entries of a customer are read up to this many pages of 1 MB, some hundred thousand entries. */
const maxPages = 10;

/** Reads the points credited for orders, by order id. An order without an entry is left out. */
export async function readOrderPoints(
  stack: Stack,
  orders: readonly Pick<OrderRecord, 'orderId' | 'customerId'>[],
): Promise<Map<string, number>> {
  const items = await readItems(stack, table, {
    keys: orders.map(({ orderId, customerId }) => ({ ...loyaltyOrderKey(customerId, orderId) })),
  });
  return new Map(
    items.map(({ entry, points }) => [parseLoyaltyOrderId(String(entry)) ?? '', Number(points)]),
  );
}

export interface LoyaltyAccount {
  readonly balance: number;
  /** The sum of the customer's entries. */
  readonly sum: number;
}

/** Reads the balance of a customer and the sum of the entries; undefined if there are too many entries. */
export async function readLoyaltyAccount(
  stack: Stack,
  customerId: string,
): Promise<LoyaltyAccount | undefined> {
  let [balance, sum, pages] = [0, 0, 0];
  const query = {
    KeyConditionExpression: 'customerId = :id',
    ExpressionAttributeValues: { ':id': customerId },
  };
  for await (const items of queryConsistentPages(stack, table, query)) {
    if (pages === maxPages) return undefined;
    pages += 1;
    for (const { entry, points } of items) {
      if (isLoyaltyBalance(String(entry))) balance = Number(points);
      else sum += Number(points);
    }
  }
  return { balance, sum };
}
