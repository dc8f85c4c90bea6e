import { expect, it } from 'vitest';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import {
  attentionReason,
  formatCounts,
  sortByAttention,
  type WatchedOrder,
  withOrderRecord,
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
  return { ...withOrderRecord({ orderId }, order, 60), ...rest };
}

const retry = { step: 'process-payment', attempt: 2, at: now + 1000, error };
const stuck = { invocations: 3, since: '2026-11-22T08:12:00.000Z', error };
const orders: readonly WatchedOrder[] = [
  watched('order-done', ['validated', 'completed']),
  { orderId: 'order-new' },
  watched('order-younger', ['validated'], { createdAt: '2026-11-22T08:12:05.000Z' }),
  watched('order-older', ['validated', 'awaiting-warehouse']),
  watched('order-failed', ['validated', 'failed']),
  watched('order-again', ['inventory-checked'], { activity: { ...work, retry } }),
  watched('order-stuck', ['inventory-checked'], { activity: { ...work, stuck } }),
  watched('order-review', ['awaiting-review']),
  watched('order-gone', ['cancelled']),
];
const ids = (filter = '', at = now) =>
  sortByAttention(orders, { filter, now: at }).map(({ orderId }) => orderId);

it('sorts orders that need attention first, then running orders, oldest first, then ended orders', () => {
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

it('moves up an order that is idle in a step for a minute, but none in a wait', () => {
  const later = now + 60_000;
  expect(ids('', later).indexOf('order-younger')).toBe(3);
  expect(ids('', later).indexOf('order-older')).toBeGreaterThan(4);
});

it('filters by id, customer and status, by every word and regardless of case', () => {
  expect(ids('FAIL')).toEqual(['order-failed']);
  expect(ids('cust-001 await')).toEqual(['order-review', 'order-older']);
  expect(ids('received')).toEqual(['order-new']);
  expect(ids('cust-002')).toEqual([]);
});

it('drops the state of a step after the status has changed', () => {
  const again = watched('order-again', ['inventory-checked'], {
    activity: { ...work, retry, stuck },
  });
  expect(attentionReason(again, now)).toBe('stuck');
  const moved = withOrderRecord(again, orderRecord(['inventory-checked', 'payment-processed']), 60);
  expect(attentionReason(moved, now)).toBe('running');
  expect(moved.activity).toEqual(work);
});

it('counts orders by outcome, and a detached order as running', () => {
  const left = { type: 'end', ending: 'detached' } as WatchedOrder['end'];
  const all = [...orders, watched('order-left', ['validated'], { end: left })];
  expect(formatCounts(all)).toBe('7 running · 1 failed · 1 completed · 1 cancelled');
  expect(formatCounts([])).toBe('0 running');
  const stopped = { type: 'end', ending: 'stopped' } as WatchedOrder['end'];
  expect(formatCounts([watched('order-stopped', ['failed'], { end: stopped })])).toBe('1 stopped');
});
