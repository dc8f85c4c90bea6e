import { expect, it } from 'vitest';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import { type CountedOrder, computeFigures } from '../../../src/orders/metrics/figures.ts';
import { orderRecord } from '../record.ts';
import { equalWaits } from '../workflow-waits.ts';

const waits = equalWaits(600);

/** Creates `count` orders with transitions to these statuses, a second apart. */
const createOrders = (count: number, statuses: OrderStatus[], more: Partial<CountedOrder> = {}) =>
  Array.from({ length: count }, (_, n) =>
    orderRecord(statuses, { orderId: `order-${n}`, ...more }),
  );

const withFailure = (code: string) => ({
  failure: { stage: 'process-payment', code, message: 'no' } as const,
});

it('counts orders by state, and computes rates of the ended ones', () => {
  const { orders, rates } = computeFigures(
    [
      ...createOrders(6, ['validated', 'completed']),
      ...createOrders(3, ['validated', 'failed'], withFailure('declined')),
      ...createOrders(1, ['validated', 'cancelled']),
      ...createOrders(2, ['validated', 'packaged']),
      ...createOrders(1, ['validated', 'awaiting-review']),
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

it('has no rates without ended orders, and no figures without orders', () => {
  expect(computeFigures(createOrders(2, ['validated']), waits)).not.toHaveProperty('rates');
  expect(computeFigures([], waits)).toEqual({
    orders: { started: 0, completed: 0, failed: 0, cancelled: 0, running: 0, inReview: 0 },
    waiting: [],
    times: {},
    stages: [],
    failures: [],
    busiestSecond: 0,
  });
});

it('measures completed orders with and without their waits, with percentiles from twenty orders on', () => {
  const path: OrderStatus[] = ['validated', 'awaiting-warehouse', 'items-picked', 'completed'];
  const few = computeFigures(
    [...createOrders(19, path), ...createOrders(5, ['validated', 'failed'])],
    waits,
  ).times;
  expect(few.endToEnd).toMatchObject({ n: 19, median: 3000, max: 3000 });
  expect(few.active).toMatchObject({ n: 19, median: 2400 });
  expect(few.endToEnd).not.toHaveProperty('p95');
  expect(computeFigures(createOrders(20, path), waits).times.active).toMatchObject({
    n: 20,
    p95: 2400,
  });
});

it('measures stages in workflow order, also of running orders', () => {
  const { stages } = computeFigures(
    [
      ...createOrders(2, ['validated', 'inventory-checked', 'payment-processed']),
      ...createOrders(1, ['validated', 'inventory-checked', 'failed']),
    ],
    waits,
  );
  expect(stages.map(({ stage, n, median }) => [stage, n, median])).toEqual([
    ['check-inventory', 3, 1000],
    ['process-payment', 2, 1000],
  ]);
});

it('counts failures by code and stage, the most frequent first', () => {
  const { failures } = computeFigures(
    [
      ...createOrders(1, ['validated', 'failed'], withFailure('declined')),
      ...createOrders(3, ['validated', 'failed'], withFailure('technical-failure')),
      // These orders have a failure, but not the status yet.
      ...createOrders(5, ['validated'], withFailure('declined')),
    ],
    waits,
  );
  expect(failures).toEqual([
    { code: 'technical-failure', stage: 'process-payment', orders: 3 },
    { code: 'declined', stage: 'process-payment', orders: 1 },
  ]);
});

it('finds the second in which the most orders were created', () => {
  const at = (ms: number) => ({ createdAt: new Date(ms).toISOString() });
  const orders = [900, 1000, 1500, 1999, 2000].flatMap((ms) =>
    createOrders(1, ['validated'], at(ms)),
  );
  expect(computeFigures(orders, waits).busiestSecond).toBe(3);
});
