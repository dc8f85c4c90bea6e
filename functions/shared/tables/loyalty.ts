/** The loyalty table: each customer's balance, and the points of each order. */
import {
  isLoyaltyBalance,
  type LoyaltyKey,
  loyaltyBalanceKey,
  loyaltyOrderKey,
} from '../../contract/tables.ts';
import type { TransactItem } from '../transactions.ts';
import { createTable } from './table.ts';

const table = createTable<LoyaltyKey>('LOYALTY_TABLE');

/** An order and its customer. */
export interface LoyaltyOrder {
  readonly customerId: string;
  readonly orderId: string;
}

/** The points of an order; undefined if none were credited. */
export async function readOrderPoints({
  customerId,
  orderId,
}: LoyaltyOrder): Promise<number | undefined> {
  const item = await table.get(loyaltyOrderKey(customerId, orderId));
  return item && Number(item['points']);
}

/** Credits the points of an order, as parts of a transaction. The first condition fails if the order has points. */
export function creditItems({ customerId, orderId }: LoyaltyOrder, points: number): TransactItem[] {
  const entry = { ...loyaltyOrderKey(customerId, orderId), points };
  return [
    table.putItem(entry, { ConditionExpression: 'attribute_not_exists(customerId)' }),
    addToBalance(customerId, points),
  ];
}

/** Changes the points of an order, as parts of a transaction. The first condition fails if they are not `from`. */
export function changePointsItems(
  { customerId, orderId }: LoyaltyOrder,
  { from, to }: { readonly from: number; readonly to: number },
): TransactItem[] {
  const change = table.updateItem(loyaltyOrderKey(customerId, orderId), {
    UpdateExpression: 'SET points = :to',
    ConditionExpression: 'points = :from',
    ExpressionAttributeValues: { ':from': from, ':to': to },
  });
  return [change, addToBalance(customerId, to - from)];
}

function addToBalance(customerId: string, points: number): TransactItem {
  return table.updateItem(loyaltyBalanceKey(customerId), {
    UpdateExpression: 'ADD points :points',
    ExpressionAttributeValues: { ':points': points },
  });
}

export interface LoyaltyAccount {
  /** Undefined if the customer has no balance. */
  readonly balance: number | undefined;
  /** The sum of the points of all orders. */
  readonly sum: number;
}

export async function readAccount(customerId: string): Promise<LoyaltyAccount> {
  const items = await table.query({
    KeyConditionExpression: 'customerId = :id',
    ExpressionAttributeValues: { ':id': customerId },
  });
  let balance: number | undefined;
  let sum = 0;
  for (const { entry, points } of items) {
    if (isLoyaltyBalance(String(entry))) balance = Number(points);
    else sum += Number(points);
  }
  return { balance, sum };
}

/** Sets a balance to the sum of the points. The condition fails if the balance has changed since it was read. */
export function setBalance(customerId: string, { balance, sum }: LoyaltyAccount): Promise<void> {
  return table.update(loyaltyBalanceKey(customerId), {
    UpdateExpression: 'SET points = :sum',
    // New points always change the balance as well, so the condition notices them.
    ConditionExpression:
      balance === undefined ? 'attribute_not_exists(points)' : 'points = :balance',
    ExpressionAttributeValues: {
      ':sum': sum,
      ...(balance !== undefined && { ':balance': balance }),
    },
  });
}
