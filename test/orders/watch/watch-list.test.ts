import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type ListEvent, watchList } from '../../../src/orders/watch/watch-list.ts';
import { type Orders, order, outputs, startOrders } from '../orders-table.ts';

let orders: Orders;
beforeAll(async () => {
  orders = await startOrders();
});
afterAll(() => orders.close());
afterEach(() => vi.restoreAllMocks());

const at = (second: number) => `2026-11-22T08:12:0${second}.000Z`;
const since = at(0);
const query = () => ({ since, until: at(9), limit: 2, details: true });

it('reports each new, changed and removed order once, until it is stopped', async () => {
  const stop = new AbortController();
  const events: ListEvent[] = [];
  const steps = [
    () => orders.put([order('c', at(3))]),
    () => orders.put([order('c', at(3), { status: 'completed', updatedAt: at(5) })]),
    async () => stop.abort(),
  ];
  await orders.put([order('a', at(1)), order('b', at(2))]);
  const options = { query, signal: stop.signal };
  for await (const event of watchList({ target: orders.target, outputs }, options)) {
    if (event.type !== 'list') events.push(event);
    else await steps.shift()?.();
  }
  const lines = events.map((event) => [
    event.type,
    'change' in event && event.change,
    'orderId' in event && event.orderId,
    'status' in event && event.status,
  ]);
  expect(lines).toEqual([
    ['order', 'listed', 'a', 'validated'],
    ['order', 'listed', 'b', 'validated'],
    ['gone', false, 'a', false],
    ['order', 'listed', 'c', 'validated'],
    ['order', 'changed', 'c', 'completed'],
  ]);
});

it('reports a heartbeat after a minute without a change', async () => {
  const stop = new AbortController();
  let now = Date.parse(at(9));
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  const heartbeats: ListEvent[] = [];
  let lists = 0;
  for await (const event of watchList(
    { target: orders.target, outputs },
    { query, signal: stop.signal },
  )) {
    if (event.type === 'heartbeat') heartbeats.push(event);
    if (event.type !== 'list') continue;
    lists += 1;
    if (lists === 2) now += 61_000;
    if (lists === 4) stop.abort();
  }
  expect(heartbeats).toMatchObject([{ type: 'heartbeat', orders: 2 }]);
});
