import { expect, it } from 'vitest';
import { peakOf, statisticsOf } from '../../src/workflow/statistics.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, index) => n - index);

it('gives the least, the middle and the most of a few measurements, and no percentiles', () => {
  expect(statisticsOf([8, 2, 5])).toEqual({ n: 3, min: 2, median: 5, max: 8 });
  expect(statisticsOf([8, 2, 5, 6])).toEqual({ n: 4, min: 2, median: 5.5, max: 8 });
  expect(statisticsOf(upTo(19))).not.toHaveProperty('p95');
  expect(statisticsOf([])).toBeUndefined();
});

it('gives percentiles by nearest rank from twenty measurements on', () => {
  expect(statisticsOf(upTo(20))).toEqual({
    n: 20,
    min: 1,
    median: 10.5,
    p90: 18,
    p95: 19,
    p99: 20,
    max: 20,
  });
  expect(statisticsOf(upTo(1000))).toMatchObject({ p90: 900, p95: 950, p99: 990 });
});

it('counts how many intervals overlap at most; one that begins when another ends does not', () => {
  const peak = (...pairs: [number, number][]) => peakOf(pairs.map(([from, to]) => ({ from, to })));
  expect(peak([0, 10], [2, 5], [5, 8], [9, 12])).toBe(2);
  expect(peak([0, 10], [1, 9], [2, 8])).toBe(3);
  expect(peak()).toBe(0);
});
