import { expect, it } from 'vitest';
import { forEachConcurrent } from '../../../src/orders/requests/for-each-concurrent.ts';
import { PollFailures } from '../../../src/orders/requests/poll-failures.ts';
import { retryRequest } from '../../../src/orders/requests/retry.ts';

const expired = Object.assign(new Error('expired'), { name: 'ExpiredTokenException' });
const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });

/** A request that fails with these errors in turn, and then succeeds. */
function failingRequest(...errors: readonly Error[]) {
  const remaining = [...errors];
  return async () => {
    const error = remaining.shift();
    if (error) throw error;
    return remaining.length;
  };
}

const policy = {
  maxAttempts: 3,
  shouldRetry: (error: unknown) => error === throttled,
  delayMs: () => 0,
};

it('retries the errors of the policy, up to its number of attempts', async () => {
  expect(await retryRequest(failingRequest(throttled, throttled), policy)).toBe(0);
  const exhausted = retryRequest(failingRequest(throttled, throttled, throttled), policy);
  await expect(exhausted).rejects.toBe(throttled);
  await expect(retryRequest(failingRequest(expired), policy)).rejects.toBe(expired);
});

it('survives expired credentials only if they worked before, and renews them', () => {
  let renewals = 0;
  const failures = new PollFailures(() => {
    renewals += 1;
  });
  failures.failed(throttled);
  expect(() => failures.failed(expired)).toThrow(expired);
  failures.succeeded();
  failures.failed(expired);
  expect([failures.count, renewals]).toEqual([1, 1]);
});

it('limits the concurrency, and rejects with the first error', async () => {
  let [running, max] = [0, 0];
  await forEachConcurrent([1, 2, 3, 4, 5], 2, async () => {
    running += 1;
    max = Math.max(max, running);
    await new Promise(setImmediate);
    running -= 1;
  });
  expect([running, max]).toEqual([0, 2]);
  await expect(forEachConcurrent([1], 2, () => Promise.reject(throttled))).rejects.toBe(throttled);
});
