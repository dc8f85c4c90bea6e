import { expect, it } from 'vitest';
import { countDueWithin, dueMs } from '../../../src/orders/load-test/schedule.ts';

const even = { rate: 10, rampMs: 0 };
const rising = { rate: 10, rampMs: 4000 };

it('schedules orders evenly', () => {
  expect([0, 1, 25].map((index) => dueMs(index, even))).toEqual([0, 100, 2500]);
});

it('raises the rate linearly: half of the orders by the end of the ramp, then all', () => {
  expect(dueMs(0, rising)).toBe(0);
  expect(dueMs(5, rising)).toBe(2000);
  expect(dueMs(20, rising)).toBe(4000);
  expect(dueMs(30, rising)).toBe(5000);
});

it.each([
  [1000, even, 10],
  [1001, even, 11],
  [120_000, { rate: 0.1, rampMs: 0 }, 12],
  [2000, rising, 5],
  [4000, rising, 20],
  [10_000, rising, 80],
  [1, even, 1],
])('counts the orders that are due within %i ms', (ms, schedule, count) => {
  expect(countDueWithin(ms, schedule)).toBe(count);
  expect(dueMs(count - 1, schedule)).toBeLessThan(ms);
  expect(dueMs(count, schedule)).toBeGreaterThanOrEqual(ms);
});
