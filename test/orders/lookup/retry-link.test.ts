import { afterAll, beforeAll, expect, it } from 'vitest';
import { getOrder } from '../../../src/orders/lookup/get.ts';
import { readOrder } from '../../../src/orders/lookup/read-order.ts';
import { nameOrigin, nameRetry } from '../../../src/orders/lookup/retry-link.ts';
import { type Orders, order, outputs, startOrders } from '../orders-table.ts';

let orders: Orders;
beforeAll(async () => {
  orders = await startOrders();
  const at = new Date().toISOString();
  const ended = { status: 'failed' } as const;
  await orders.put([
    order('order-1', at, ended),
    order('order-1-r2', at, ended),
    order('order-2', at, { ...ended, retriedAs: ['order-2-r2'] }),
    order('order-2-r2', at, ended),
    order('order-3-r2', at, ended),
  ]);
});
afterAll(() => orders.close());

const read = async (id: string) => {
  const found = await readOrder(orders.target, outputs, id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};
const name = (seen: Parameters<typeof nameRetry>[2]['order'], orderId: string) =>
  nameRetry(orders.target, outputs, { order: seen, orderId });

it('adds a try once, and lets one of two who add theirs at once look again', async () => {
  const seen = await read('order-1');
  expect(await name(seen, 'order-1-r2')).toBe(true);
  expect(await name(seen, 'order-1-r3')).toBe(false);
  const again = await read('order-1');
  expect(await name(again, 'order-1-r2')).toBe(true);
  expect(await name(again, 'order-1-r3')).toBe(true);
  expect(await name(again, 'order-1-r4')).toBe(false);
  expect((await read('order-1')).retriedAs).toEqual(['order-1-r2', 'order-1-r3']);
});

it('names an origin, makes no item of it where there is none, and changes no other origin', async () => {
  const origin = (orderId: string, retryOf: string) =>
    nameOrigin(orders.target, outputs, { orderId, retryOf, patienceMs: 0 });
  expect(await origin('order-1-r2', 'order-1')).toBe(true);
  expect(await origin('order-1-r2', 'order-1')).toBe(true);
  expect(await origin('order-1-r2', 'order-9')).toBe(false);
  expect(await origin('order-none', 'order-1')).toBe(false);
  expect((await read('order-1-r2')).retryOf).toBe('order-1');
  await expect(read('order-none')).rejects.toThrow('no order-none');
});

it('tells the origin of an order whose item was not there to be told, and invents none', async () => {
  const get = async (id: string) => (await getOrder(orders.target, outputs, id)).order;
  expect((await get('order-2-r2'))?.retryOf).toBe('order-2');
  expect(await get('order-3-r2')).not.toHaveProperty('retryOf');
});
