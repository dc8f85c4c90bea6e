import { expect, it } from 'vitest';
import { fisherTest, rankSumTest } from '../../src/workflow/significance.ts';

it.each([
  // 60·59·58 / (600·599·598): all three failures are in the smaller group.
  [{ count: 3, of: 60 }, { count: 0, of: 540 }, (60 * 59 * 58) / (600 * 599 * 598)],
  [{ count: 1, of: 10 }, { count: 0, of: 90 }, 0.1],
  [{ count: 0, of: 10 }, { count: 5, of: 90 }, 1],
  [{ count: 0, of: 0 }, { count: 0, of: 0 }, 1],
  // The lady tasting tea: 3 of 4 right is 17/70.
  [{ count: 3, of: 4 }, { count: 1, of: 4 }, 17 / 70],
])('computes the exact chance of %j against %j', (group, reference, chance) => {
  expect(fisherTest(group, reference)).toBeCloseTo(chance, 9);
});

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

it('finds larger values unlikely and equal values likely', () => {
  expect(rankSumTest(numbers(100, 20), numbers(0, 20))).toBeLessThan(1e-6);
  expect(rankSumTest(numbers(0, 20), numbers(100, 20))).toBeGreaterThan(0.999);
  expect(rankSumTest(numbers(0, 20), numbers(0, 20))).toBeCloseTo(0.5, 1);
  expect(rankSumTest(Array(20).fill(1), Array(20).fill(1))).toBe(1);
});

it('agrees with the tabulated critical value of the normal approximation', () => {
  // U = 262 of 400 with 20 and 20 values: z = (62 - 0.5) / sqrt(400 * 41 / 12) = 1.664.
  const reference = numbers(0, 20).map((value) => value * 2);
  const group = reference.map((value) => value + 6.5);
  const u = group.flatMap((value) => reference.filter((other) => other < value)).length;
  const z = (u - 200 - 0.5) / Math.sqrt((400 * 41) / 12);
  expect(z).toBeGreaterThan(1.5);
  expect(z).toBeLessThan(1.75);
  expect(rankSumTest(group, reference)).toBeGreaterThan(0.04);
  expect(rankSumTest(group, reference)).toBeLessThan(0.067);
});
