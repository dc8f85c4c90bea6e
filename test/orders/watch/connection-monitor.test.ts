import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Sight } from '../../../src/orders/watch/connection-monitor.ts';
import { fakeTarget } from '../../aws/fake-aws.ts';

const now = Date.parse('2026-11-22T08:12:04.000Z');
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'], now }));
afterEach(() => void vi.useRealTimers());

const sight = (pollMs = 1000) =>
  new Sight(fakeTarget('http://127.0.0.1:1', '/nowhere', { pollMs }), undefined);
const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });

it('tells a machine that slept from a program that was suspended, and both from a busy one', () => {
  const asleep = sight().pause(1000);
  vi.setSystemTime(now + 60_000);
  expect(asleep()).toMatchObject({ type: 'gap', reason: 'this machine was asleep' });
  const suspended = sight().pause(1000);
  vi.advanceTimersByTime(60_000);
  expect(suspended()).toMatchObject({ type: 'gap', reason: 'this program was suspended' });
  const busy = sight().pause(1000);
  vi.advanceTimersByTime(8000);
  expect(busy()).toBeUndefined();
});

it('looks less often at more orders, and less and less while they cannot be seen', () => {
  const looks = sight();
  expect([1, 500, 1500, 5000].map((orders) => looks.nextLookMs(orders))).toEqual([
    1000, 1000, 3000, 5000,
  ]);
  for (let times = 0; times < 9; times += 1) looks.lost(throttled);
  expect(looks.nextLookMs(1)).toBe(15_000);
  looks.found([]);
  expect(looks.nextLookMs(1)).toBe(1000);
});

it('says once that the orders cannot be seen, and for how long, and what happened meanwhile', () => {
  const looks = sight();
  looks.found([]);
  expect(looks.lost(throttled)).toMatchObject({ type: 'gap', reason: 'Rate exceeded' });
  vi.advanceTimersByTime(9000);
  expect(looks.lost(throttled)).toBeUndefined();
  const told = (seconds: number) =>
    ({
      type: 'status',
      ts: new Date(now + seconds * 1000).toISOString(),
      orderId: 'order-1',
      to: 'validated',
      seq: 1,
      elapsedMs: 0,
    }) as const;
  // One was there before, and is told only now as its order joins.
  expect(looks.found([told(-5), told(2), told(4)])).toMatchObject({ lastedMs: 9000, missed: 2 });
  expect(looks.found([])).toBeUndefined();
});

it('throws what will not pass', () => {
  const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
  expect(() => sight().lost(denied)).toThrow(denied);
});
