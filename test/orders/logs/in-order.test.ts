import { expect, it } from 'vitest';
import type { LogEvent } from '../../../src/orders/logs/entry.ts';
import { InOrder } from '../../../src/orders/logs/in-order.ts';

const event = (id: string, timestamp: number, ingested = timestamp): LogEvent => ({
  id,
  timestamp,
  ingested,
  message: id,
});

const ids = (order: InOrder<LogEvent>, now: number) =>
  order.take(now).map(({ event: { id } }) => id);

it('holds events back until others written before them can have come', () => {
  const order = new InOrder({ holdMs: 100, overlapMs: 10_000 });
  order.add([event('second', 1050), event('third', 1090)]);
  order.add([event('first', 1000)]);
  expect(ids(order, 1155)).toEqual(['first', 'second']);
  expect(ids(order, 1200)).toEqual(['third']);
});

it('tells an event once however often it is delivered', () => {
  const order = new InOrder({ holdMs: 0, overlapMs: 10_000 });
  order.add([event('a', 1000), event('a', 1000)]);
  expect(ids(order, 2000)).toEqual(['a']);
  order.add([event('a', 1000), event('b', 1500)]);
  expect(ids(order, 2000)).toEqual(['b']);
});

it('orders events of one millisecond by when they came in, then by id', () => {
  const order = new InOrder({ holdMs: 0, overlapMs: 10_000 });
  order.add([event('c', 1000, 1002), event('b', 1000, 1001), event('a', 1000, 1001)]);
  expect(ids(order, 2000)).toEqual(['a', 'b', 'c']);
});

it('tells a very late event at once, and says that it is late', () => {
  const order = new InOrder({ holdMs: 0, overlapMs: 10_000 });
  order.add([event('on time', 5000)]);
  order.take(6000);
  order.add([event('late', 1000)]);
  expect(order.take(6000)).toEqual([{ event: event('late', 1000), late: true }]);
});

it('reads again a little of what it has read, and forgets what is older', () => {
  const order = new InOrder({ holdMs: 0, overlapMs: 1000 });
  order.add([event('old', 1000), event('new', 5000)]);
  order.take(6000);
  expect(order.from).toBe(4000);
  order.add([event('new', 5000)]);
  expect(order.take(6000)).toEqual([]);
});
