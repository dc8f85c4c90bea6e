import { expect, it } from 'vitest';
import { etaOf } from '../../src/workflow/eta.ts';
import { orderRecord } from '../orders/record.ts';

const now = Date.parse('2026-11-22T08:12:06.000Z');
const eta = (order: ReturnType<typeof orderRecord>, timeScale = 60) =>
  etaOf(order, { now, timeScale });

it('adds up the waits that are left, and for each step what the others took', () => {
  // A second each: 15 steps less the one that is done and the credit check, and waits of 5 s and 3 s.
  const order = orderRecord(['validated', 'inventory-checked']);
  const steps = 13;
  expect(eta(order)).toBe(now + steps * 1000 + 8000);
  expect(eta(order, 1)).toBe(now + steps * 1000 + 480_000);
});

it('takes of a wait that is on only what is left of it', () => {
  const order = orderRecord(['validated', 'awaiting-warehouse']);
  const left = Date.parse(order.updatedAt) + 5000 - now;
  expect(eta(order)).toBe(now + left + 3000 + 8 * 1000);
});

it('does not know of an order that has ended, is being undone, or waits for a person', () => {
  expect(eta(orderRecord(['validated', 'completed']))).toBeUndefined();
  expect(eta(orderRecord(['fraud-checked', 'awaiting-review']))).toBeUndefined();
  const cancelRequested = { at: '2026-11-22T08:12:06.000Z' };
  expect(eta(orderRecord(['validated'], { cancelRequested }))).toBeUndefined();
});
