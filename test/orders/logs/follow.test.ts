import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { followLogs } from '../../../src/orders/logs/read.ts';
import { type Answer, fakeAws, fakeTarget } from '../../aws/fake-aws.ts';

const outputs = {
  OrderProcessingLogGroup: 'workflow',
  OrderStatusLogGroup: 'status',
  OrdersTableName: 'orders',
};
const day = Date.parse('2026-11-22T08:00:00.000Z');
const event = (id: string, ms: number) => ({
  eventId: id,
  timestamp: day + ms,
  ingestionTime: day + ms,
  message: JSON.stringify({ level: 'INFO', message: id }),
});

const json = (value: unknown): Answer => ({
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(value),
});
const throttled: Answer = { status: 400, ...json({ __type: 'ThrottlingException' }) };

/** Follows a workflow log that returns the given reads in sequence. The status log is empty. */
async function followFakeLog(
  reads: readonly (readonly ReturnType<typeof event>[] | 'throttled')[],
) {
  let read = 0;
  const controller = new AbortController();
  using aws = await fakeAws(({ body }) => {
    if (JSON.parse(body).logGroupName === 'status') return json({ events: [] });
    const response = reads[read];
    read += 1;
    if (read > reads.length + 2) controller.abort();
    return response === 'throttled' ? throttled : json({ events: response ?? [] });
  });
  const target = fakeTarget(aws.url, mkdtempSync(join(tmpdir(), 'orders-')));
  const lines: string[] = [];
  const query = {
    since: day,
    orderIds: [],
    sources: ['workflow', 'status'] as const,
    signal: controller.signal,
    lingerMs: 0,
  };
  for await (const items of followLogs({ target, outputs }, query)) {
    for (const item of items) lines.push('gap' in item ? `! ${item.gap}` : item.text);
  }
  return lines;
}

it('sorts events that arrive late, twice or within one millisecond, and prints each once', async () => {
  const lines = await followFakeLog([
    [event('b', 20), event('a', 10)],
    [event('a', 10), event('b', 20), event('d', 30), event('c', 30)],
    [event('late', 15), event('d', 30), event('e', 40)],
  ]);
  expect(lines).toEqual(['a', 'b', 'c', 'd', 'late', 'e']);
});

it('continues after throttling, reports the gap, and misses no event', async () => {
  const lines = await followFakeLog([[event('a', 10)], 'throttled', 'throttled', [event('b', 20)]]);
  expect(lines.filter((line) => !line.startsWith('!'))).toEqual(['a', 'b']);
  expect(lines.filter((line) => line.startsWith('!'))).toHaveLength(2);
});
