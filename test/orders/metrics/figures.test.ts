import { expect, it } from 'vitest';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import { type CountedOrder, figuresOf } from '../../../src/orders/metrics/figures.ts';
import { orderRecord } from '../record.ts';

const waits = { 'await-warehouse': 600, 'await-pickup': 400 };

/** So many orders that have been through these statuses, a second apart. */
const some = (count: number, statuses: OrderStatus[], more: Partial<CountedOrder> = {}) =>
  Array.from({ length: count }, (_, n) =>
    orderRecord(statuses, { orderId: `order-${n}`, ...more }),
  );

const failed = (code: string) => ({
  failure: { stage: 'process-payment', code, message: 'no' } as const,
});

it('counts orders by where they are, and takes rates of those that have ended', () => {
  const { orders, rates } = figuresOf(
    [
      ...some(6, ['validated', 'completed']),
      ...some(3, ['validated', 'failed'], failed('declined')),
      ...some(1, ['validated', 'cancelled']),
      ...some(2, ['validated', 'packaged']),
      ...some(1, ['validated', 'awaiting-review']),
    ],
    waits,
  );
  expect(orders).toEqual({
    started: 13,
    completed: 6,
    failed: 3,
    cancelled: 1,
    running: 2,
    inReview: 1,
  });
  expect(rates).toEqual({ completed: 0.6, failed: 0.3, cancelled: 0.1 });
});

it('has no rate where nothing has ended, and no figure where there is no order', () => {
  expect(figuresOf(some(2, ['validated']), waits)).not.toHaveProperty('rates');
  expect(figuresOf([], waits)).toEqual({
    orders: { started: 0, completed: 0, failed: 0, cancelled: 0, running: 0, inReview: 0 },
    times: {},
    stages: [],
    failures: [],
    busiestSecond: 0,
  });
});

it('measures completed orders with and without their waits, with percentiles from twenty on', () => {
  const way: OrderStatus[] = ['validated', 'awaiting-warehouse', 'items-picked', 'completed'];
  const few = figuresOf([...some(19, way), ...some(5, ['validated', 'failed'])], waits).times;
  expect(few.endToEnd).toMatchObject({ n: 19, median: 3000, max: 3000 });
  expect(few.active).toMatchObject({ n: 19, median: 2400 });
  expect(few.endToEnd).not.toHaveProperty('p95');
  expect(figuresOf(some(20, way), waits).times.active).toMatchObject({ n: 20, p95: 2400 });
});

it('tells the durations of stages in the order of the workflow, of orders on their way as well', () => {
  const { stages } = figuresOf(
    [
      ...some(2, ['validated', 'inventory-checked', 'payment-processed']),
      ...some(1, ['validated', 'inventory-checked', 'failed']),
    ],
    waits,
  );
  expect(stages.map(({ stage, n, median }) => [stage, n, median])).toEqual([
    ['check-inventory', 3, 1000],
    ['process-payment', 2, 1000],
  ]);
});

it('counts failures by code and stage, the most frequent first', () => {
  const { failures } = figuresOf(
    [
      ...some(1, ['validated', 'failed'], failed('declined')),
      ...some(3, ['validated', 'failed'], failed('technical-failure')),
      // One that is about to fail is not yet.
      ...some(5, ['validated'], failed('declined')),
    ],
    waits,
  );
  expect(failures).toEqual([
    { code: 'technical-failure', stage: 'process-payment', orders: 3 },
    { code: 'declined', stage: 'process-payment', orders: 1 },
  ]);
});

it('finds the second in which most orders were begun', () => {
  const at = (ms: number) => ({ createdAt: new Date(ms).toISOString() });
  const orders = [900, 1000, 1500, 1999, 2000].flatMap((ms) => some(1, ['validated'], at(ms)));
  expect(figuresOf(orders, waits).busiestSecond).toBe(3);
});
