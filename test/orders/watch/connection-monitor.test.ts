import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConnectionMonitor } from '../../../src/orders/watch/connection-monitor.ts';
import { fakeTarget } from '../../aws/fake-aws.ts';

const now = Date.parse('2026-11-22T08:12:04.000Z');
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'], now }));
afterEach(() => void vi.useRealTimers());

const createMonitor = (pollMs = 1000) =>
  new ConnectionMonitor(fakeTarget('http://127.0.0.1:1', '/nowhere', { pollMs }), undefined);
const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });

it('distinguishes a sleeping machine, a suspended program and a busy one', () => {
  const asleep = createMonitor().startPause(1000);
  vi.setSystemTime(now + 60_000);
  expect(asleep()).toMatchObject({ type: 'gap', reason: 'this machine was asleep' });
  const suspended = createMonitor().startPause(1000);
  vi.advanceTimersByTime(60_000);
  expect(suspended()).toMatchObject({ type: 'gap', reason: 'this program was suspended' });
  const busy = createMonitor().startPause(1000);
  vi.advanceTimersByTime(8000);
  expect(busy()).toBeUndefined();
});

it('polls less often with more orders, and backs off while polling fails', () => {
  const monitor = createMonitor();
  expect([1, 500, 1500, 5000].map((orders) => monitor.nextPollMs(orders))).toEqual([
    1000, 1000, 3000, 5000,
  ]);
  for (let failures = 0; failures < 9; failures += 1) monitor.failed(throttled);
  expect(monitor.nextPollMs(1)).toBe(15_000);
  monitor.succeeded([]);
  expect(monitor.nextPollMs(1)).toBe(1000);
});

it('reports a gap once, with its duration and the transitions that it missed', () => {
  const monitor = createMonitor();
  monitor.succeeded([]);
  expect(monitor.failed(throttled)).toMatchObject({ type: 'gap', reason: 'Rate exceeded' });
  vi.advanceTimersByTime(9000);
  expect(monitor.failed(throttled)).toBeUndefined();
  const transition = (seconds: number) =>
    ({
      type: 'status',
      ts: new Date(now + seconds * 1000).toISOString(),
      orderId: 'order-1',
      to: 'validated',
      seq: 1,
      elapsedMs: 0,
    }) as const;
  // The first transition happened before the gap. It is reported now because its order has just joined.
  expect(monitor.succeeded([transition(-5), transition(2), transition(4)])).toMatchObject({
    lastedMs: 9000,
    missed: 2,
  });
  expect(monitor.succeeded([])).toBeUndefined();
});

it('names the command that starts a local runtime that is not running, and notices its start soon', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
    code: 'ECONNREFUSED',
  });
  const target = { ...fakeTarget('http://127.0.0.1:1', '/nowhere'), autoDeploys: true };
  const monitor = new ConnectionMonitor(target, undefined);
  monitor.succeeded([]);
  expect(monitor.failed(refused)?.reason).toBe(
    'the local runtime is not running: orders local start',
  );
  for (let failures = 0; failures < 9; failures += 1) monitor.failed(refused);
  expect(monitor.nextPollMs(1)).toBe(2000);
  for (let failures = 0; failures < 9; failures += 1) monitor.failed(throttled);
  expect(monitor.nextPollMs(1)).toBe(15_000);
});

it('throws permanent errors', () => {
  const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
  expect(() => createMonitor().failed(denied)).toThrow(denied);
});
