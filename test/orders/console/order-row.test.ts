import { expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import { OrderRates } from '../../../src/orders/console/order-rates.ts';
import {
  findAttention,
  rowFromIndex,
  rowFromRecord,
  rowWithoutItem,
} from '../../../src/orders/console/order-row.ts';
import { orderRecord } from '../record.ts';

const options = {
  timeScale: 1,
  waits: { 'await-warehouse': 600_000, 'await-pickup': 180_000 },
} as const;
const minute = 60_000;
const row = (statuses: readonly OrderStatus[], more: Partial<OrderRecord> = {}) =>
  rowFromRecord(orderRecord(statuses, more), options);
const failure = { stage: 'quality-check', code: 'damaged', message: 'no' } as const;

type Scene = Partial<Parameters<typeof findAttention>[1]>;
/** Returns the attention some time after the last change of the order. */
function attention(shown: ReturnType<typeof row>, afterMs: number, scene: Scene = {}) {
  return findAttention(shown, {
    now: Date.parse(shown.order.updatedAt) + afterMs,
    progressSince: 0,
    isPaused: false,
    hasDeadLetter: false,
    retryStatus: undefined,
    ...scene,
  });
}

it('shows the stage, the end of the wait in this stack, and the total in minor units', () => {
  const { order } = row(['validated', 'invoice-generated', 'awaiting-warehouse']);
  expect(order).toMatchObject({ stage: 'await-warehouse', total: 9198 });
  expect(order.resumesAt).toBe('2026-11-22T08:22:07.000Z');
});

it('reports an order as stuck after a minute without progress in a step', () => {
  expect(attention(row(['validated']), minute - 1)).toBeUndefined();
  expect(attention(row(['validated']), minute)).toBe('stuck');
  expect(attention(rowWithoutItem('order-1', 0), minute)).toBe('stuck');
});

it('does not report an order as stuck while it waits, is paused, or after the runtime was down', () => {
  const waiting = row(['validated', 'awaiting-warehouse']);
  expect(attention(waiting, 10 * minute)).toBeUndefined();
  expect(attention(waiting, 11 * minute)).toBe('stuck');
  expect(attention(waiting, 11 * minute, { isPaused: true })).toBeUndefined();
  const { updatedAt } = waiting.order;
  const progressSince = Date.parse(updatedAt) + 10.5 * minute;
  expect(attention(waiting, 11 * minute, { progressSince })).toBeUndefined();
});

it('reports a provider for which the order waits, and an attempt that does not end as stuck', () => {
  const waitingFor = {
    provider: 'payments',
    stage: 'process-payment',
    attempt: 7,
    failedAt: '2026-11-22T08:12:05.000Z',
    delaySeconds: 600,
  } as const;
  const waiting = row(['validated'], { waitingFor });
  expect(attention(waiting, 5 * minute)).toBe('waiting');
  expect(attention(waiting, 11 * minute)).toBe('stuck');
});

it('reports a review, also if only the index may be read', () => {
  const review = {
    score: 75,
    requestedAt: '2026-11-22T08:12:05.000Z',
    timeoutSeconds: 3600,
    callbackId: 'c',
  };
  const inReview = row(['validated', 'awaiting-review'], { review });
  expect(attention(inReview, 30 * minute)).toBe('review');
  expect(inReview.order.reviewDueAt).toBe('2026-11-22T09:12:05.000Z');
  const listed = rowFromIndex(orderRecord(['validated', 'awaiting-review']));
  expect(attention(listed, minute)).toBe('review');
  expect(attention(rowFromIndex(orderRecord(['validated'])), 9 * minute)).toBeUndefined();
});

it('reports a recent failure until a retry of the order has started', () => {
  const failed = row(['validated', 'failed'], { failure });
  expect(attention(failed, minute)).toBe('failed');
  expect(attention(failed, 24 * 60 * minute)).toBeUndefined();
  expect(attention(failed, minute, { retryStatus: 'validated' })).toBeUndefined();
  expect(attention(failed, minute, { retryStatus: 'completed' })).toBeUndefined();
  expect(attention(failed, minute, { retryStatus: 'failed' })).toBe('failed');
  expect(attention(failed, minute, { hasDeadLetter: true })).toBe('dead-letter');
});

it('reports a flagged order as flagged, however long ago it made progress', () => {
  expect(attention(row(['validated', 'shipped'], { flagged: true }), 99 * minute)).toBe('flagged');
});

it('counts starts and ends per ten seconds, and remembers orders that have left the list', () => {
  const rates = new OrderRates();
  const rows = [
    row(['validated', 'completed'], { orderId: 'order-1' }),
    row(['validated', 'failed'], { orderId: 'order-2', failure }),
    row(['validated', 'cancelled'], { orderId: 'order-3' }),
    row(['validated'], { orderId: 'order-4' }),
  ];
  const now = Date.parse('2026-11-22T08:12:19.000Z');
  const first = rates.count(rows, now);
  expect(first.periodMs).toBe(10_000);
  expect(first.started.slice(-3)).toEqual([0, 4, 0]);
  expect(first.completed.slice(-2)).toEqual([1, 0]);
  expect(first.failed.slice(-2)).toEqual([2, 0]);
  expect(first.started).toHaveLength(60);
  expect(rates.count(rows.slice(1), now + 10_000).started.slice(-3)).toEqual([4, 0, 0]);
  const muchLater = rates.count([], now + 11 * minute);
  expect([...muchLater.started, ...muchLater.failed].every((count) => count === 0)).toBe(true);
});

it('counts an order once if its item is written long after its execution began', () => {
  const rates = new OrderRates();
  const item = row(['validated']);
  const execution = rowWithoutItem(item.order.orderId, item.createdAt - 30_000);
  const now = item.createdAt;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  expect(sum(rates.count([execution], now).started)).toBe(1);
  expect(sum(rates.count([item], now).started)).toBe(1);
  expect(sum(rates.count([], now).started)).toBe(1);
  expect(sum(rates.count([item], now).started)).toBe(1);
});
