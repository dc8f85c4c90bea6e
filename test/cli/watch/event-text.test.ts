import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { happening } from '../../../src/cli/watch/event-text.ts';
import type { ShownEvent } from '../../../src/cli/watch/shown-event.ts';
import { terminal } from '../terminal/fake-terminal.ts';

// A moment of another day is told with its date.
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(ts) }));
afterAll(() => void vi.useRealTimers());

const ts = '2026-11-22T08:12:05.400Z';
const about = { ts, orderId: 'order-7f3a91bcde' };
const error = { type: 'ProviderUnavailable', message: 'Payment gateway 503' };
const told = (event: ShownEvent, { columns = 100, several = false } = {}) =>
  happening(event, { stream: terminal(columns), several })?.replace(/^.*\d\d:05\.4 {2}/, '');

it('says in a line what happened', () => {
  const step = { type: 'step', ...about, step: 'process-payment' } as const;
  expect(told({ type: 'status', ...about, to: 'validated', seq: 1, elapsedMs: 3 })).toBe(
    'validated\n',
  );
  expect(told({ ...step, state: 'failed', attempt: 1, retryInMs: 1000, error })).toBe(
    'process-payment attempt 1 failed, again in 1.0s: Payment gateway 503\n',
  );
  expect(told({ ...step, state: 'succeeded', attempt: 2 })).toBe(
    'process-payment done, attempt 2\n',
  );
  expect(told({ type: 'invocation', ...about, n: 2, replayed: 9, tookMs: 300 })).toBe(
    'invocation 2 took 0.3s, 9 operations replayed\n',
  );
  expect(told({ type: 'gap-end', ts, lastedMs: 12_000, missed: 3 })).toBe(
    'visible again after 12s; 3 changes meanwhile\n',
  );
});

it('fits the terminal, and lets nothing from outside steer it', () => {
  const message = `\u001b[2J${'long '.repeat(30)}`;
  const failed = { type: 'step', ...about, step: 's', state: 'failed', attempt: 1 } as const;
  const line = happening(
    { ...failed, error: { type: 'E', message } },
    { stream: terminal(40), several: false },
  );
  expect(line?.length).toBeLessThanOrEqual(40);
  expect(line).not.toContain('\u001b[2J');
});

it('tells of several orders only what is about all of them', () => {
  const status = { type: 'status', ...about, to: 'validated', seq: 1, elapsedMs: 3 } as const;
  expect(told(status, { several: true })).toBeUndefined();
  expect(told({ type: 'gap', ts, reason: 'Rate exceeded' }, { several: true })).toBe(
    'not visible: Rate exceeded\n',
  );
});
