import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Limiter } from '../../../src/orders/requests/rate-limiter.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const taken = (limiter: Limiter, tries: number) =>
  Array.from({ length: tries }, () => limiter.take()).filter(Boolean).length;

it('allows so many calls a second, at an even pace', () => {
  const limiter = new Limiter(5);
  let calls = 0;
  for (let ms = 0; ms < 1000; ms += 10) {
    calls += taken(limiter, 3);
    vi.advanceTimersByTime(10);
  }
  expect(calls).toBe(5);
});

it('allows a burst after a pause, and never more than that', () => {
  const limiter = new Limiter(4, 3);
  vi.advanceTimersByTime(60_000);
  expect(taken(limiter, 10)).toBe(3);
  vi.advanceTimersByTime(250);
  expect(taken(limiter, 10)).toBe(1);
});

it('lets callers take turns at that pace', async () => {
  vi.useRealTimers();
  const limiter = new Limiter(100, 2);
  const order: number[] = [];
  const began = performance.now();
  await Promise.all([1, 2, 3, 4, 5].map((each) => limiter.turn().then(() => order.push(each))));
  expect(order).toEqual([1, 2, 3, 4, 5]);
  expect(performance.now() - began).toBeGreaterThanOrEqual(28);
});
