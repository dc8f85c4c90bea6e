import { setImmediate } from 'node:timers/promises';
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

it('counts orders by state, and computes rates of the ended ones', async () => {
  const { orders, rates } = await computeFigures(
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

it('has no rates without ended orders, and no figures without orders', async () => {
  expect(await computeFigures(createOrders(2, ['validated']), waits)).not.toHaveProperty('rates');
  expect(await computeFigures([], waits)).toEqual({
    orders: { started: 0, completed: 0, failed: 0, cancelled: 0, running: 0, inReview: 0 },
    waiting: [],
    times: {},
    stages: [],
    failures: [],
    busiestSecond: 0,
  });
});

it('measures completed orders with and without their waits, with percentiles from twenty orders on', async () => {
  const path: OrderStatus[] = ['validated', 'awaiting-warehouse', 'items-picked', 'completed'];
  const { times: few } = await computeFigures(
    [...createOrders(19, path), ...createOrders(5, ['validated', 'failed'])],
    waits,
  );
  expect(few.endToEnd).toMatchObject({ n: 19, median: 3000, max: 3000 });
  expect(few.active).toMatchObject({ n: 19, median: 2400 });
  expect(few.endToEnd).not.toHaveProperty('p95');
  const { times: enough } = await computeFigures(createOrders(20, path), waits);
  expect(enough.active).toMatchObject({ n: 20, p95: 2400 });
});

it('measures stages in workflow order, also of running orders', async () => {
  const { stages } = await computeFigures(
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

it('counts failures by code and stage, the most frequent first', async () => {
  const { failures } = await computeFigures(
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

it('finds the second in which the most orders were created', async () => {
  const at = (ms: number) => ({ createdAt: new Date(ms).toISOString() });
  const orders = [900, 1000, 1500, 1999, 2000].flatMap((ms) =>
    createOrders(1, ['validated'], at(ms)),
  );
  expect((await computeFigures(orders, waits)).busiestSecond).toBe(3);
});

it('lets other work run while it measures thousands of orders', async () => {
  async function countPauses(count: number): Promise<number> {
    const computing = computeFigures(createOrders(count, ['validated', 'completed']), waits);
    let isDone = false;
    void computing.then(() => {
      isDone = true;
    });
    for (let pauses = 0; ; pauses += 1) {
      if (isDone) return pauses;
      await setImmediate();
    }
  }
  expect(await countPauses(2000)).toBeGreaterThan((await countPauses(1)) + 2);
});
