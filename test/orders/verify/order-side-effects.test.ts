import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  loyaltyBalanceKey,
  loyaltyOrderKey,
  paymentKey,
} from '../../../functions/contract/tables.ts';
import { readStock } from '../../../src/orders/tables/products-table.ts';
import {
  findUnmatchedPayments,
  readSideEffects,
  withPayments,
} from '../../../src/orders/verify/order-side-effects.ts';
import { type Orders, order, startOrders } from '../orders-table.ts';

const outputs = {
  PaymentsTableName: 'PaymentsTable',
  ProviderCallsTableName: 'ProviderCallsTable',
  LoyaltyTableName: 'LoyaltyTable',
  ProductsTableName: 'ProductsTable',
};
const at = '2026-11-22T08:12:05.000Z';
let orders: Orders;

beforeAll(async () => {
  orders = await startOrders();
  await put('PaymentsTable', { idempotencyKey: paymentKey('a'), state: 'charged', amount: 91.98 });
  await put('PaymentsTable', { idempotencyKey: 'a/again', state: 'charged', amount: 91.98 });
  await put('PaymentsTable', { idempotencyKey: 'b/unlogged', state: 'charged', amount: 5 });
  await put('ProviderCallsTable', called('a', '1', { call: 'charge', key: paymentKey('a') }));
  await put('ProviderCallsTable', called('a', '2', { call: 'charge', key: 'a/again' }));
  await put('ProviderCallsTable', called('a', '3', { call: 'charge', effective: false }));
  await put('LoyaltyTable', { ...loyaltyOrderKey('CUST-001', 'a'), points: 9 });
  await put('LoyaltyTable', { ...loyaltyBalanceKey('CUST-001'), points: 9 });
  await put('ProductsTable', { productId: 'BOOK-001', available: 8, reserved: 2 });
});
afterAll(() => orders.close());

const called = (orderId: string, callId: string, more: object) => ({
  orderId,
  callId,
  key: 'k',
  attempt: 1,
  effective: true,
  at,
  ...more,
});

async function put(TableName: string, Item: Record<string, unknown>) {
  await (await orders.target.clients.dynamodb()).send(new PutCommand({ TableName, Item }));
}

it('reads the side effects of each order, and none for an order without any', async () => {
  const records = [order('a', at), order('b', at)];
  const sideEffects = await readSideEffects({ target: orders.target, outputs }, records);
  expect(sideEffects.get('a')).toMatchObject({
    payments: [{ amountMinor: 9198 }, { key: 'a/again' }],
    calls: [{ call: 'charge' }, { call: 'charge' }],
    points: 9,
  });
  expect(sideEffects.get('b')).toEqual({
    orderId: 'b',
    record: records[1],
    payments: [],
    calls: [],
  });
});

it('finds payments under unknown keys, and counts none twice', async () => {
  const { byOrder, complete } = await findUnmatchedPayments({ target: orders.target, outputs });
  expect(complete).toBe(true);
  expect([...byOrder.keys()].sort()).toEqual(['a', 'b']);
  const sideEffects = await readSideEffects({ target: orders.target, outputs }, [
    order('a', at),
    order('b', at),
  ]);
  const all = [...sideEffects.values()].map((own) =>
    withPayments(own, byOrder.get(own.orderId) ?? []),
  );
  expect(all.map(({ payments }) => payments.length)).toEqual([2, 1]);
});

it('reads the counters of products, and none for an unknown product', async () => {
  const counters = await readStock({ target: orders.target, outputs }, ['BOOK-001', 'NONE']);
  expect([...counters]).toEqual([['BOOK-001', { available: 8, fewest: 8, reserved: 2, sold: 0 }]]);
});
