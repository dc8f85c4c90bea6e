import { expect, it } from 'vitest';
import { buildTimeline } from '../../../src/orders/load-test/timeline.ts';
import { correctOrders, submittedAt, withRecord } from './observed-orders.ts';

const startedAtMs = submittedAt - 1000;
const sum = (counts: readonly number[] = []) => counts.reduce((total, count) => total + count, 0);

it('counts every accepted order in one status at each point', () => {
  const orders = correctOrders('low=3,damaged=1', 40);
  const { statuses, submitted, completed, failed, stepMs } = buildTimeline(orders, {
    startedAtMs,
    durationMs: 60_000,
  });
  expect(stepMs).toBe(1000);
  for (const point of submitted.keys()) {
    const orderCount = sum(Object.values(statuses).map((counts) => counts[point] ?? 0));
    expect(orderCount).toBe(point === 0 ? 0 : 40);
  }
  expect([sum(submitted), sum(completed), sum(failed)]).toEqual([40, 30, 10]);
  expect([statuses['completed']?.at(-1), statuses['failed']?.at(-1)]).toEqual([30, 10]);
});

it('counts orders without a status as received, and excludes refused and unsubmitted ones', () => {
  const [first, second, third] = withRecord(correctOrders('low', 3), 0, () => undefined);
  if (!first || !second || !third) throw new Error('three orders');
  const { acceptedMs: _, ...refused } = { ...second, record: undefined };
  const { submittedAt: __, ...unsubmitted } = { ...third, record: undefined };
  const { statuses } = buildTimeline([first, refused, unsubmitted], {
    startedAtMs,
    durationMs: 6000,
  });
  expect(Object.keys(statuses)).toEqual(['received']);
  expect(statuses['received']?.at(-1)).toBe(1);
});

it('never moves an order back if clocks differ', () => {
  const at = new Date(submittedAt - 500_000).toISOString();
  const orders = withRecord(correctOrders('low', 1), 0, ({ transitions }) => ({
    transitions: transitions.map((transition) => ({ ...transition, at })),
  }));
  const { statuses } = buildTimeline(orders, { startedAtMs, durationMs: 6000 });
  expect(statuses['completed']?.at(-1)).toBe(1);
  expect(sum(statuses['validated'])).toBe(0);
});
