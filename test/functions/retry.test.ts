import { describe, expect, it } from 'vitest';
import {
  defaultProviderPatienceSeconds,
  stepRetryDelays,
} from '../../functions/contract/retries.ts';
import {
  OrderCancelled,
  OrderRejected,
  ProviderFailed,
  ProviderUnavailable,
} from '../../functions/order-workflow/failures.ts';
import { createStepRetryStrategy } from '../../functions/order-workflow/retry.ts';
import { WriteContention } from '../../functions/shared/write-contention.ts';

const outage = new ProviderUnavailable('503');

/** The delays (s) after which a step that always fails with this error is attempted again. */
function delays(error: Error, { key = 'order-1/process-payment', patienceSeconds = 14_400 } = {}) {
  const strategy = createStepRetryStrategy({ key, patienceSeconds });
  const seconds: number[] = [];
  for (let attempt = 1; attempt < 1000; attempt += 1) {
    const decision = strategy(error, attempt);
    if (!decision.shouldRetry) return seconds;
    seconds.push((decision.delay as { seconds: number }).seconds);
  }
  throw new Error('the step is retried forever');
}
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe('during an outage', () => {
  it('retries within seconds, then after about 1, 2 and 5 minutes, then every 10 minutes', () => {
    const all = delays(outage);
    const longest = [60, 120, 300, ...Array(all.length - 6).fill(600)];
    expect(all.slice(0, 3)).toEqual(stepRetryDelays);
    for (const [index, delay] of all.slice(3, -1).entries()) {
      expect(delay).toBeGreaterThanOrEqual(longest[index] * 0.8);
      expect(delay).toBeLessThanOrEqual(longest[index]);
    }
  });

  it.each([defaultProviderPatienceSeconds, 1800, 90, 1])(
    'waits exactly for the patience of %i s',
    (patienceSeconds) => {
      const slow = delays(outage, { patienceSeconds }).slice(stepRetryDelays.length);
      expect(sum(slow)).toBe(patienceSeconds);
      expect(slow.every((delay) => Number.isInteger(delay) && delay >= 1)).toBe(true);
    },
  );

  it('makes only the quick attempts without patience', () => {
    expect(delays(outage, { patienceSeconds: 0 })).toEqual(stepRetryDelays);
  });

  it('waits equally long in every replay, and differently for another order', () => {
    expect(delays(outage)).toEqual(delays(new ProviderUnavailable('503')));
    expect(delays(outage)).not.toEqual(delays(outage, { key: 'order-2/process-payment' }));
  });

  it.each([
    ['ThrottlingException', 'Rate exceeded'],
    ['InternalServerError', 'Internal server error'],
    ['ProvisionedThroughputExceededException', 'The level of configured throughput'],
    ['Error', 'connect ECONNREFUSED 10.0.0.1:443'],
  ])('waits after the error %s of a service: %s', (name, message) => {
    expect(sum(delays(Object.assign(new Error(message), { name })))).toBeGreaterThan(14_000);
  });
});

it.each([
  new ProviderFailed('500'),
  new TypeError('undefined is not a function'),
  Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }),
])('makes only the quick attempts after an error that waiting does not repair: %s', (error) => {
  expect(delays(error)).toEqual(stepRetryDelays);
});

it.each([new OrderRejected('payment-declined', 'declined'), new OrderCancelled('order-1')])(
  'does not retry %s',
  (error) => expect(delays(error)).toEqual([]),
);

describe('when a write conflicts with other writes', () => {
  const conflict = new WriteContention();

  it('retries with short growing delays that differ between orders, until the patience ends', () => {
    const all = delays(conflict, { patienceSeconds: 600 });
    for (const [index, delay] of all.entries()) {
      expect(delay).toBeGreaterThanOrEqual(1);
      expect(delay).toBeLessThanOrEqual(Math.min(2 ** (index + 1), 60));
    }
    expect(sum(all)).toBe(600);
    expect(all).not.toEqual(delays(conflict, { patienceSeconds: 600, key: 'order-2' }));
  });

  it('retries a few times without patience, too', () => {
    expect(sum(delays(conflict, { patienceSeconds: 0 }))).toBe(sum(stepRetryDelays));
  });
});
