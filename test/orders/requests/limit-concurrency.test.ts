import { expect, it } from 'vitest';
import { limitConcurrency } from '../../../src/orders/requests/limit-concurrency.ts';

it('runs at most the given number of calls at the same time, in order, also after a failure', async () => {
  const limited = limitConcurrency(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const calls = [0, 1, 2, 3].map((call) =>
    limited(async () => {
      started.push(call);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (call === 0) throw new Error('failed');
      return call;
    }),
  );
  const results = Promise.allSettled(calls);
  expect(started).toEqual([0, 1]);
  ends[0]?.();
  await calls[0]?.catch(() => undefined);
  expect(started).toEqual([0, 1, 2]);
  ends[1]?.();
  await calls[1];
  expect(started).toEqual([0, 1, 2, 3]);
  ends[2]?.();
  ends[3]?.();
  expect((await results).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
});
