import { expect, it } from 'vitest';
import { timelineOf } from '../../../src/orders/load-test/timeline.ts';
import { goodOrders, submittedAt, withRecord } from './observed-orders.ts';

const began = submittedAt - 1000;
const sum = (counts: readonly number[] = []) => counts.reduce((all, each) => all + each, 0);

it('has every accepted order in one status at each moment', () => {
  const orders = goodOrders('low=3,damaged=1', 40);
  const { statuses, submitted, completed, failed, stepMs } = timelineOf(orders, {
    began,
    durationMs: 60_000,
  });
  expect(stepMs).toBe(1000);
  for (const moment of submitted.keys()) {
    const there = sum(Object.values(statuses).map((counts) => counts[moment] ?? 0));
    expect(there).toBe(moment === 0 ? 0 : 40);
  }
  expect([sum(submitted), sum(completed), sum(failed)]).toEqual([40, 30, 10]);
  expect([statuses['completed']?.at(-1), statuses['failed']?.at(-1)]).toEqual([30, 10]);
});

it('has orders without a status as received, and those refused or not sent nowhere', () => {
  const [first, second, third] = withRecord(goodOrders('low', 3), 0, () => undefined);
  if (!first || !second || !third) throw new Error('three orders');
  const { acceptedMs: _, ...refused } = { ...second, record: undefined };
  const { submittedAt: __, ...unsent } = { ...third, record: undefined };
  const { statuses } = timelineOf([first, refused, unsent], { began, durationMs: 6000 });
  expect(Object.keys(statuses)).toEqual(['received']);
  expect(statuses['received']?.at(-1)).toBe(1);
});

it('is not led back by clocks that differ', () => {
  const at = new Date(submittedAt - 500_000).toISOString();
  const orders = withRecord(goodOrders('low', 1), 0, ({ transitions }) => ({
    transitions: transitions.map((each) => ({ ...each, at })),
  }));
  const { statuses } = timelineOf(orders, { began, durationMs: 6000 });
  expect(statuses['completed']?.at(-1)).toBe(1);
  expect(sum(statuses['validated'])).toBe(0);
});
