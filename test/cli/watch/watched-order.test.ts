import { expect, it } from 'vitest';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import {
  arrange,
  countWatched,
  needOf,
  type WatchedOrder,
  withItem,
} from '../../../src/cli/watch/watched-order.ts';
import { orderRecord } from '../../orders/record.ts';

const now = Date.parse('2026-11-22T08:12:10.000Z');
const failure = { stage: 'fraud-check', code: 'fraud-suspected', message: 'Suspicious' } as const;
const error = { type: 'ProviderUnavailable', message: '503' };
const work = {
  invocations: 1,
  replays: 0,
  retries: 0,
  activeMs: 1,
  waitingMs: 0,
  attempts: {},
};

function watched(
  orderId: string,
  statuses: readonly OrderStatus[],
  more: Partial<WatchedOrder> & { readonly createdAt?: string } = {},
): WatchedOrder {
  const { createdAt, ...rest } = more;
  const extra = statuses.at(-1) === 'failed' ? { failure } : {};
  const order = orderRecord(statuses, { orderId, ...extra, ...(createdAt ? { createdAt } : {}) });
  return { ...withItem({ orderId }, order, 60), ...rest };
}

const retry = { step: 'process-payment', attempt: 2, at: now + 1000, error };
const stuck = { invocations: 3, since: '2026-11-22T08:12:00.000Z', error };
const crowd: readonly WatchedOrder[] = [
  watched('order-done', ['validated', 'completed']),
  { orderId: 'order-new' },
  watched('order-younger', ['validated'], { createdAt: '2026-11-22T08:12:05.000Z' }),
  watched('order-older', ['validated', 'awaiting-warehouse']),
  watched('order-failed', ['validated', 'failed']),
  watched('order-again', ['inventory-checked'], { work: { ...work, retry } }),
  watched('order-stuck', ['inventory-checked'], { work: { ...work, stuck } }),
  watched('order-review', ['awaiting-review']),
  watched('order-gone', ['cancelled']),
];
const ids = (filter = '', at = now) =>
  arrange(crowd, { filter, now: at }).map((each) => each.orderId);

it('puts first what needs a person, then those on their way from the oldest on, and last what ended well', () => {
  expect(ids()).toEqual([
    'order-stuck',
    'order-review',
    'order-again',
    'order-failed',
    'order-older',
    'order-younger',
    'order-new',
    'order-gone',
    'order-done',
  ]);
});

it('raises an order that stands still in a step for a minute, and none that is in a wait', () => {
  const later = now + 60_000;
  expect(ids('', later).indexOf('order-younger')).toBe(3);
  expect(ids('', later).indexOf('order-older')).toBeGreaterThan(4);
});

it('finds orders by id, customer and status, whatever the case, by every word', () => {
  expect(ids('FAIL')).toEqual(['order-failed']);
  expect(ids('cust-001 await')).toEqual(['order-review', 'order-older']);
  expect(ids('received')).toEqual(['order-new']);
  expect(ids('cust-002')).toEqual([]);
});

it('forgets what the history told of a step once the order has moved on', () => {
  const again = watched('order-again', ['inventory-checked'], { work: { ...work, retry, stuck } });
  expect(needOf(again, now)).toBe('stuck');
  const moved = withItem(again, orderRecord(['inventory-checked', 'payment-processed']), 60);
  expect(needOf(moved, now)).toBe('running');
  expect(moved.work).toEqual(work);
});

it('counts how they ended, and as running what nobody looks at any more', () => {
  const left = { type: 'end', ending: 'detached' } as WatchedOrder['end'];
  const all = [...crowd, watched('order-left', ['validated'], { end: left })];
  expect(countWatched(all)).toBe('7 running · 1 failed · 1 completed · 1 cancelled');
  expect(countWatched([])).toBe('0 running');
  const stopped = { type: 'end', ending: 'stopped' } as WatchedOrder['end'];
  expect(countWatched([watched('order-stopped', ['failed'], { end: stopped })])).toBe('1 stopped');
});
