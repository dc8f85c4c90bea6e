import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { formatEvent } from '../../../src/cli/watch/event-text.ts';
import type { ShownEvent } from '../../../src/cli/watch/shown-event.ts';
import { createFakeTerminal } from '../terminal/fake-terminal.ts';

// A time of another day would be formatted with its date.
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(ts) }));
afterAll(() => void vi.useRealTimers());

const ts = '2026-11-22T08:12:05.400Z';
const base = { ts, orderId: 'order-7f3a91bcde' };
const error = { type: 'ProviderUnavailable', message: 'Payment gateway 503' };
const format = (event: ShownEvent, { columns = 100, several = false } = {}) =>
  formatEvent(event, { stream: createFakeTerminal(columns), several })?.replace(
    /^.*\d\d:05\.4 {2}/,
    '',
  );

it('formats each event as a line', () => {
  const step = { type: 'step', ...base, step: 'process-payment' } as const;
  expect(format({ type: 'status', ...base, to: 'validated', seq: 1, elapsedMs: 3 })).toBe(
    'validated\n',
  );
  expect(format({ ...step, state: 'failed', attempt: 1, retryInMs: 1000, error })).toBe(
    'process-payment attempt 1 failed, retry in 1.0s: Payment gateway 503\n',
  );
  expect(format({ ...step, state: 'succeeded', attempt: 2 })).toBe(
    'process-payment done, attempt 2\n',
  );
  expect(format({ type: 'invocation', ...base, n: 2, replayed: 9, tookMs: 300 })).toBe(
    'invocation 2 took 0.3s, 9 operations replayed\n',
  );
  const wait = { provider: 'payments', stage: 'process-payment', attempt: 7 } as const;
  const times = { nextAt: '2026-11-22T08:15:05.400Z', since: '2026-11-22T08:00:00.000Z' };
  expect(format({ type: 'waiting', ...base, ...wait, ...times })).toBe(
    'waiting for payments, attempt 7, next in 3m 00s\n',
  );
  expect(format({ type: 'paused', ...base, reason: 'carrier outage' })).toBe(
    'paused: carrier outage\n',
  );
  expect(format({ type: 'execution', ...base, status: 'PAUSING', reason: 'outage' })).toBe(
    'execution is PAUSING: outage\n',
  );
  expect(format({ type: 'resumed', ...base, pausedMs: 192_000 })).toBe('resumed after 3m 12s\n');
  expect(format({ type: 'gap-end', ts, lastedMs: 12_000, missed: 3 })).toBe(
    'visible again after 12s; 3 changes meanwhile\n',
  );
});

it('fits the terminal and removes control characters from outside', () => {
  const message = `\u001b[2J${'long '.repeat(30)}`;
  const failed = { type: 'step', ...base, step: 's', state: 'failed', attempt: 1 } as const;
  const line = formatEvent(
    { ...failed, error: { type: 'E', message } },
    { stream: createFakeTerminal(40), several: false },
  );
  expect(line?.length).toBeLessThanOrEqual(40);
  expect(line).not.toContain('\u001b[2J');
});

it('formats only events about all orders if several are watched', () => {
  const status = { type: 'status', ...base, to: 'validated', seq: 1, elapsedMs: 3 } as const;
  expect(format(status, { several: true })).toBeUndefined();
  expect(format({ type: 'gap', ts, reason: 'Rate exceeded' }, { several: true })).toBe(
    'not visible: Rate exceeded\n',
  );
});
