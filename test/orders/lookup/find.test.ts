import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cachePath } from '../../../src/environment/stack-outputs.ts';
import { findOrder, findOrders } from '../../../src/orders/lookup/find.ts';
import { type Orders, order, outputs, startOrders } from '../orders-table.ts';

let orders: Orders;
beforeEach(async () => {
  orders = await startOrders();
});
afterEach(() => orders.close());

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const find = (text: string) => findOrder({ target: orders.target, outputs }, text);
/** Finds several orders in one search. Those furthest back come first, so that it lists once. */
const findIds = async (...texts: string[]) =>
  (await findOrders({ target: orders.target, outputs }, texts)).map(({ orderId }) => orderId);

/** Records an order as submitted by this machine. */
function recordSubmission(orderId: string, minutesAgo: number): void {
  const file = cachePath(orders.target, 'ids');
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${ago(minutesAgo)} ${orderId} \n`);
}

it('finds an order by its id, by a prefix with or without order-, and by its execution', async () => {
  await orders.put([order('order-7f3a91bcde', ago(3)), order('web-5512', ago(2))]);
  expect(await find('order-7f3a91bcde')).toMatchObject({ orderId: 'order-7f3a91bcde' });
  expect(await findIds('order-7f3a', '7f3a91', 'web-5')).toEqual(['order-7f3a91bcde', 'web-5512']);
  const arn = 'arn:aws:lambda:us-east-2:1:function:f:1/durable-execution/order-gone/1';
  expect(await find(arn)).toEqual({ orderId: 'order-gone', executionArn: arn });
});

it('counts back from the newest order, over days', async () => {
  await orders.put([
    order('order-a', ago(0)),
    order('order-b', ago(1500)),
    order('order-c', ago(6000)),
  ]);
  expect(await findIds('@-3', '@-2', '@-1', 'latest')).toEqual(['order-c', 'order-b', 'order-a']);
  await expect(find('@-4')).rejects.toMatchObject({ exit: 5, message: /only 3 orders/ });
});

it('counts an order that was just submitted and has no item yet, but no order that is gone', async () => {
  await orders.put([order('order-a', ago(1))]);
  recordSubmission('order-gone', 30);
  recordSubmission('order-slow', 10);
  orders.running.set('order-slow', 'arn:slow');
  recordSubmission('order-new', 0);
  expect(await findIds('@-3', '@-2', 'latest')).toEqual(['order-slow', 'order-a', 'order-new']);
  await expect(find('@-4')).rejects.toMatchObject({ exit: 5 });
  await expect(find('order-gone')).rejects.toMatchObject({ exit: 5, code: 'NotFound' });
});

it('counts local submissions in the order of their submission', async () => {
  recordSubmission('order-first', 2);
  recordSubmission('order-second', 1);
  await orders.put([order('order-first', ago(0.5)), order('order-second', ago(0.6))]);
  expect(await findIds('@-2', 'latest')).toEqual(['order-first', 'order-second']);
});

it('rejects a prefix of several orders and names them', async () => {
  await orders.put([order('order-7f3a1', ago(1)), order('order-7f3a2', ago(2))]);
  await expect(find('7f3a')).rejects.toMatchObject({
    exit: 2,
    code: 'Ambiguous',
    hints: ['order-7f3a1  order-7f3a2', 'use a longer prefix'],
  });
});

it('finds several orders, each once and in the order of the references', async () => {
  const many = Array.from({ length: 110 }, (_, n) => order(`order-many${n}`, ago(n / 10)));
  await orders.put(many);
  const ids = many.map(({ orderId }) => orderId).reverse();
  const found = await findOrders({ target: orders.target, outputs }, [...ids, 'latest', '@-110']);
  expect(found.map(({ orderId }) => orderId)).toEqual(ids);
  const wrong = findOrders({ target: orders.target, outputs }, ['order-many1', 'order-nowhere']);
  await expect(wrong).rejects.toMatchObject({ exit: 5, message: /"order-nowhere"/ });
});
