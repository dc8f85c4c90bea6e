import type { StepFunc } from '@aws/durable-execution-sdk-js';
import { describe, expect, it } from 'vitest';
import { maxStepAttempts } from '../../functions/contract/retries.ts';
import type { StepId } from '../../functions/contract/workflow.ts';
import {
  OrderCancelled,
  OrderRejected,
  ProviderUnavailable,
} from '../../functions/order-workflow/failures.ts';
import {
  type ProviderWaits,
  readPatienceSeconds,
  waitForProvider,
} from '../../functions/order-workflow/patience.ts';

const outage = new ProviderUnavailable('503');
/** With this patience there are two slow attempts: after about a minute, and after the rest. */
const seconds = 100;
const lastAttempt = maxStepAttempts + 2;

interface Options {
  readonly stage?: StepId;
  readonly error?: Error | undefined;
  readonly record?: ProviderWaits['record'];
  readonly clear?: ProviderWaits['clear'];
}

/** Runs one attempt. Returns its error and the writes of the wait. */
async function attempt(number: number, { stage = 'process-payment', error, ...failing }: Options) {
  const writes: unknown[] = [];
  const waits: ProviderWaits = {
    record: async (_, { provider, attempt }) => void writes.push([provider, attempt]),
    clear: async () => void writes.push('clear'),
    ...failing,
  };
  const { work } = waitForProvider(
    { orderId: 'order-1', stage, patience: { seconds, waits } },
    async () => {
      if (error) throw error;
    },
  );
  const step = { attempt: number } as Parameters<StepFunc<void>>[0];
  const thrown = await work(step).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { thrown, writes };
}

describe('an attempt that fails because its provider is unavailable', () => {
  it('records nothing while quick attempts follow', async () => {
    const { thrown, writes } = await attempt(maxStepAttempts - 1, { error: outage });
    expect([thrown, writes]).toEqual([outage, []]);
  });

  it('records the provider and the next attempt before a long delay', async () => {
    const { thrown, writes } = await attempt(maxStepAttempts, { error: outage });
    expect([thrown, writes]).toEqual([outage, [['payments', maxStepAttempts + 1]]]);
  });

  it('removes the record if it is the last one', async () => {
    const { thrown, writes } = await attempt(lastAttempt, { error: outage });
    expect([thrown, writes]).toEqual([outage, ['clear']]);
  });

  it('cancels the order if a cancellation was requested during the delay', async () => {
    const record = () => Promise.reject(new OrderCancelled('order-1'));
    const { thrown } = await attempt(maxStepAttempts, { error: outage, record });
    expect(thrown).toBeInstanceOf(OrderCancelled);
  });

  it('fails with its own error if the wait cannot be recorded', async () => {
    const record = () => Promise.reject(new Error('Rate exceeded'));
    const { thrown } = await attempt(maxStepAttempts, { error: outage, record });
    expect(thrown).toBe(outage);
  });

  it('records nothing for a step that calls no provider', async () => {
    const { writes } = await attempt(maxStepAttempts, { stage: 'complete-order', error: outage });
    expect(writes).toEqual([]);
  });
});

it('removes the record when the provider rejects the order after a wait', async () => {
  const error = new OrderRejected('payment-declined', 'declined');
  const { thrown, writes } = await attempt(maxStepAttempts + 1, { error });
  expect([thrown, writes]).toEqual([error, ['clear']]);
});

it.each([
  ['leaves the record to the write of the status', 'process-payment', []],
  ['removes the record, as no status is written', 'send-notifications', ['clear']],
] as const)('a success after a wait %s', async (_, stage, expected) => {
  expect((await attempt(maxStepAttempts + 1, { stage })).writes).toEqual(expected);
  expect((await attempt(1, { stage })).writes).toEqual([]);
});

it('succeeds although the record of its wait cannot be removed', async () => {
  const clear = () => Promise.reject(new Error('Rate exceeded'));
  const { thrown } = await attempt(maxStepAttempts + 1, { stage: 'send-notifications', clear });
  expect(thrown).toBeUndefined();
});

describe('the patience in the environment of the function', () => {
  const read = (PROVIDER_PATIENCE_SECONDS?: string, EXECUTION_TIMEOUT_SECONDS = '86400') =>
    readPatienceSeconds({
      ...(PROVIDER_PATIENCE_SECONDS !== undefined && { PROVIDER_PATIENCE_SECONDS }),
      EXECUTION_TIMEOUT_SECONDS,
    });

  it('is four hours by default, and may be 0 for quick attempts only', () => {
    expect([read(), read('0'), read('900')]).toEqual([14_400, 0, 900]);
  });

  it.each([
    ['43200', '86400', /"43200" of PROVIDER_PATIENCE_SECONDS .* less than half .*86400 s/],
    ['-1', '86400', /"-1" of PROVIDER_PATIENCE_SECONDS .* whole number/],
    ['soon', '86400', /"soon" of PROVIDER_PATIENCE_SECONDS .* whole number/],
  ])('is refused if it is %s with a timeout of %s s', (patience, timeout, message) => {
    expect(() => read(patience, timeout)).toThrow(message);
  });
});
