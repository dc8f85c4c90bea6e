import { expect, it } from 'vitest';
import { maxOverlap, summarize } from '../../src/workflow/statistics.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, index) => n - index);

it('returns minimum, median and maximum of a few measurements, without percentiles', () => {
  expect(summarize([8, 2, 5])).toEqual({ n: 3, min: 2, median: 5, max: 8 });
  expect(summarize([8, 2, 5, 6])).toEqual({ n: 4, min: 2, median: 5.5, max: 8 });
  expect(summarize(upTo(19))).not.toHaveProperty('p95');
  expect(summarize([])).toBeUndefined();
});

it('returns percentiles by nearest rank from twenty measurements on', () => {
  expect(summarize(upTo(20))).toEqual({
    n: 20,
    min: 1,
    median: 10.5,
    p90: 18,
    p95: 19,
    p99: 20,
    max: 20,
  });
  expect(summarize(upTo(1000))).toMatchObject({ p90: 900, p95: 950, p99: 990 });
});

it('returns the maximum number of overlapping intervals; touching intervals do not overlap', () => {
  const peak = (...pairs: [number, number][]) =>
    maxOverlap(pairs.map(([from, to]) => ({ from, to })));
  expect(peak([0, 10], [2, 5], [5, 8], [9, 12])).toBe(2);
  expect(peak([0, 10], [1, 9], [2, 8])).toBe(3);
  expect(peak()).toBe(0);
});
