import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { paymentKey, pointsEntry } from '../../../functions/contract/expected-side-effects.ts';
import {
  findStrayPayments,
  readBooks,
  withPayments,
} from '../../../src/orders/verify/order-side-effects.ts';
import { readStock } from '../../../src/orders/verify/stock.ts';
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
  await put('LoyaltyTable', { customerId: 'CUST-001', entry: pointsEntry('a'), points: 9 });
  await put('LoyaltyTable', { customerId: 'CUST-001', entry: 'balance', points: 9 });
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

it('reads what the tables hold of each order, and what is there of none as nothing', async () => {
  const records = [order('a', at), order('b', at)];
  const books = await readBooks(orders.target, outputs, records);
  expect(books.get('a')).toMatchObject({
    payments: [{ amountMinor: 9198 }, { key: 'a/again' }],
    calls: [{ call: 'charge' }, { call: 'charge' }],
    points: 9,
  });
  expect(books.get('b')).toEqual({ orderId: 'b', record: records[1], payments: [], calls: [] });
});

it('finds payments under keys that no log names, and takes none twice', async () => {
  const { byOrder, complete } = await findStrayPayments(orders.target, outputs);
  expect(complete).toBe(true);
  expect([...byOrder.keys()].sort()).toEqual(['a', 'b']);
  const books = await readBooks(orders.target, outputs, [order('a', at), order('b', at)]);
  const all = [...books.values()].map((each) =>
    withPayments(each, byOrder.get(each.orderId) ?? []),
  );
  expect(all.map(({ payments }) => payments.length)).toEqual([2, 1]);
});

it('reads the counters of products, and none of an unknown one', async () => {
  const counters = await readStock(orders.target, outputs, ['BOOK-001', 'NONE']);
  expect([...counters]).toEqual([['BOOK-001', { available: 8, reserved: 2, sold: 0 }]]);
});
