import { expect, it } from 'vitest';
import { findPendingAttempt, summarizeBacklogs } from '../../src/workflow/provider-waits.ts';

const waitingFor = {
  provider: 'payments',
  stage: 'process-payment',
  attempt: 7,
  failedAt: '2026-11-22T08:00:00.000Z',
  delaySeconds: 600,
} as const;
const order = {
  status: 'inventory-checked',
  waitingFor,
  waitingSince: '2026-11-22T07:30:00.000Z',
} as const;

it('finds the next attempt in wall time, although the delay is in virtual time', () => {
  const pending = { provider: 'payments', stage: 'process-payment', attempt: 7 };
  const since = '2026-11-22T07:30:00.000Z';
  expect(findPendingAttempt(order, 1)).toEqual({
    ...pending,
    nextAt: '2026-11-22T08:10:00.000Z',
    since,
  });
  expect(findPendingAttempt(order, 60)?.nextAt).toBe('2026-11-22T08:00:10.000Z');
});

it('finds no wait of an order that has ended or that does not wait', () => {
  expect(findPendingAttempt({ ...order, status: 'failed' }, 1)).toBeUndefined();
  expect(findPendingAttempt({ status: 'inventory-checked' }, 1)).toBeUndefined();
});

it.each([
  ['a time of the last attempt that is no time', { failedAt: 'yesterday' }],
  ['a delay that is no number', { delaySeconds: 'long' }],
  ['a next attempt after the last day that a date can express', { delaySeconds: 1e300 }],
])('ignores an edited item with %s', (_, members) => {
  const edited = { ...waitingFor, ...members } as unknown as typeof waitingFor;
  expect(findPendingAttempt({ ...order, waitingFor: edited }, 1)).toBeUndefined();
});

it('counts waiting orders by provider, the most first, since the first of them', () => {
  const waits = [
    { provider: 'carrier', since: '2026-11-22T08:00:00.000Z' },
    { provider: 'payments', since: '2026-11-22T08:00:00.000Z' },
    { provider: 'payments', since: '2026-11-22T07:00:00.000Z' },
  ] as const;
  expect(summarizeBacklogs(waits)).toEqual([
    { provider: 'payments', orders: 2, since: '2026-11-22T07:00:00.000Z' },
    { provider: 'carrier', orders: 1, since: '2026-11-22T08:00:00.000Z' },
  ]);
});
