import { expect, it } from 'vitest';
import type { LogEvent } from '../../../src/orders/logs/entry.ts';
import { ReorderBuffer } from '../../../src/orders/logs/reorder-buffer.ts';

const event = (id: string, timestamp: number, ingested = timestamp): LogEvent => ({
  id,
  timestamp,
  ingested,
  message: id,
});

const takeIds = (buffer: ReorderBuffer<LogEvent>, now: number) =>
  buffer.take(now).map(({ event: { id } }) => id);

it('holds events back while earlier ones may still arrive', () => {
  const buffer = new ReorderBuffer({ holdMs: 100, overlapMs: 10_000 });
  buffer.add([event('second', 1050), event('third', 1090)]);
  buffer.add([event('first', 1000)]);
  expect(takeIds(buffer, 1155)).toEqual(['first', 'second']);
  expect(takeIds(buffer, 1200)).toEqual(['third']);
});

it('returns an event once, however often it arrives', () => {
  const buffer = new ReorderBuffer({ holdMs: 0, overlapMs: 10_000 });
  buffer.add([event('a', 1000), event('a', 1000)]);
  expect(takeIds(buffer, 2000)).toEqual(['a']);
  buffer.add([event('a', 1000), event('b', 1500)]);
  expect(takeIds(buffer, 2000)).toEqual(['b']);
});

it('sorts events of the same millisecond by ingestion time, then by id', () => {
  const buffer = new ReorderBuffer({ holdMs: 0, overlapMs: 10_000 });
  buffer.add([event('c', 1000, 1002), event('b', 1000, 1001), event('a', 1000, 1001)]);
  expect(takeIds(buffer, 2000)).toEqual(['a', 'b', 'c']);
});

it('returns a very late event at once, and marks it as late', () => {
  const buffer = new ReorderBuffer({ holdMs: 0, overlapMs: 10_000 });
  buffer.add([event('on time', 5000)]);
  buffer.take(6000);
  buffer.add([event('late', 1000)]);
  expect(buffer.take(6000)).toEqual([{ event: event('late', 1000), late: true }]);
});

it('remembers events within the overlap of the next read', () => {
  const buffer = new ReorderBuffer({ holdMs: 0, overlapMs: 1000 });
  buffer.add([event('old', 1000), event('new', 5000)]);
  buffer.take(6000);
  expect(buffer.nextReadFrom).toBe(4000);
  buffer.add([event('new', 5000)]);
  expect(buffer.take(6000)).toEqual([]);
});
