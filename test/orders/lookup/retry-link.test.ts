import { afterAll, beforeAll, expect, it } from 'vitest';
import { getOrder } from '../../../src/orders/lookup/get.ts';
import { linkOriginal, linkRetry } from '../../../src/orders/lookup/retry-link.ts';
import { readOrder } from '../../../src/orders/tables/orders-table.ts';
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
  const found = await readOrder({ target: orders.target, outputs }, id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};
const link = (seen: Parameters<typeof linkRetry>[1]['order'], orderId: string) =>
  linkRetry({ target: orders.target, outputs }, { order: seen, orderId });

it('records a retry once, and refuses one of two concurrent retries', async () => {
  const seen = await read('order-1');
  expect(await link(seen, 'order-1-r2')).toBe(true);
  expect(await link(seen, 'order-1-r3')).toBe(false);
  const current = await read('order-1');
  expect(await link(current, 'order-1-r2')).toBe(true);
  expect(await link(current, 'order-1-r3')).toBe(true);
  expect(await link(current, 'order-1-r4')).toBe(false);
  expect((await read('order-1')).retriedAs).toEqual(['order-1-r2', 'order-1-r3']);
});

it('records the original, creates no item, and does not change another original', async () => {
  const linkTo = (orderId: string, retryOf: string) =>
    linkOriginal({ target: orders.target, outputs }, { orderId, retryOf, timeoutMs: 0 });
  expect(await linkTo('order-1-r2', 'order-1')).toBe(true);
  expect(await linkTo('order-1-r2', 'order-1')).toBe(true);
  expect(await linkTo('order-1-r2', 'order-9')).toBe(false);
  expect(await linkTo('order-none', 'order-1')).toBe(false);
  expect((await read('order-1-r2')).retryOf).toBe('order-1');
  await expect(read('order-none')).rejects.toThrow('no order-none');
});

it('finds the original of a retry whose item does not name it', async () => {
  const get = async (id: string) => (await getOrder({ target: orders.target, outputs }, id)).order;
  expect((await get('order-2-r2'))?.retryOf).toBe('order-2');
  expect(await get('order-3-r2')).not.toHaveProperty('retryOf');
});
