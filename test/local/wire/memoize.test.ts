import { expect, it, vi } from 'vitest';
import { memoize } from '../../../src/local/wire/memoize.ts';

it('computes the result for each text once', () => {
  const compute = vi.fn((text: string) => text.length);
  const length = memoize(compute);
  expect([length('a'), length('bb'), length('a')]).toEqual([1, 2, 1]);
  expect(compute).toHaveBeenCalledTimes(2);
});

it('keeps no errors', () => {
  const results = [new Error('no'), 'yes'];
  const next = memoize(() => {
    const result = results.shift();
    if (typeof result === 'string') return result;
    throw result;
  });
  expect(() => next('a')).toThrow('no');
  expect(next('a')).toBe('yes');
});

it('keeps a limited number of results', () => {
  const compute = vi.fn((text: string) => text);
  const same = memoize(compute);
  for (let count = 0; count < 1_001; count += 1) same(String(count));
  compute.mockClear();
  same('1000');
  expect(compute).not.toHaveBeenCalled();
  same('0');
  expect(compute).toHaveBeenCalledOnce();
});
