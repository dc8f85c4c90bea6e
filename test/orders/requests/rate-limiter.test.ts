import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RateLimiter } from '../../../src/orders/requests/rate-limiter.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const countAcquired = (limiter: RateLimiter, attempts: number) =>
  Array.from({ length: attempts }, () => limiter.tryAcquire()).filter(Boolean).length;

it('limits the requests per second at an even rate', () => {
  const limiter = new RateLimiter(5);
  let requests = 0;
  for (let ms = 0; ms < 1000; ms += 10) {
    requests += countAcquired(limiter, 3);
    vi.advanceTimersByTime(10);
  }
  expect(requests).toBe(5);
});

it('allows a burst after a pause', () => {
  const limiter = new RateLimiter(4, 3);
  vi.advanceTimersByTime(60_000);
  expect(countAcquired(limiter, 10)).toBe(3);
  vi.advanceTimersByTime(250);
  expect(countAcquired(limiter, 10)).toBe(1);
});

it('gives slots to callers in the order of their calls', async () => {
  vi.useRealTimers();
  const limiter = new RateLimiter(100, 2);
  const order: number[] = [];
  const startedAt = performance.now();
  await Promise.all(
    [1, 2, 3, 4, 5].map((caller) => limiter.acquire().then(() => order.push(caller))),
  );
  expect(order).toEqual([1, 2, 3, 4, 5]);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(28);
});
