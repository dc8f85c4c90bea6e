import { describe, expect, it } from 'vitest';
import type { LoadProgress } from '../../../src/orders/load-test/load-progress.ts';
import type { ObservedOrder } from '../../../src/orders/load-test/observed-orders.ts';
import {
  estimateDrainMs,
  progressFigures,
} from '../../../src/orders/load-test/progress-figures.ts';
import { equalWaits, sumWaits } from '../workflow-waits.ts';
import { correctOrders, submittedAt, withRecord } from './observed-orders.ts';

const waits = equalWaits(4000);
const createProgress = (
  orders: readonly ObservedOrder[],
  phase: LoadProgress['phase'] = 'draining',
): LoadProgress => ({
  orders,
  phase,
  waits,
  round: 1,
  until: 'terminal',
  startedAtMs: submittedAt,
  requestRates: { lists: 0, items: 0 },
  pollError: undefined,
  buildPartialReport: () => {
    throw new Error('not used');
  },
});
const withoutSubmission = ({
  orderId,
  sample,
  order,
  total,
  expected,
}: ObservedOrder): ObservedOrder => ({
  ...{ orderId, sample, order, total, expected },
  executions: [],
});
/** Creates running orders, each with its first `reached` statuses. */
const runningOrders = (count: number, reached: number) =>
  correctOrders('low', count).map(({ record, ...order }) => ({
    ...order,
    record: {
      ...record,
      status: 'awaiting-warehouse' as const,
      transitions: record?.transitions?.slice(0, reached) ?? [],
    },
  }));

it('counts orders by status, and failures by code', () => {
  const [first, ...rest] = withRecord(correctOrders('low=3,damaged=1', 40), 1, () => undefined);
  const error = { name: 'ECONNREFUSED', message: 'connect ECONNREFUSED' };
  const { acceptedMs: _, endedMs: __, record: ___, ...refused } = rest[3] as ObservedOrder;
  const orders = [
    withoutSubmission(first as ObservedOrder),
    ...rest.with(3, { ...refused, error }),
  ];
  const figures = progressFigures(createProgress(orders, 'submitting'), submittedAt + 30_000);
  const { completed, failed } = figures;
  expect(figures).toMatchObject({ planned: 40, submitted: 39, running: 1, errors: 1 });
  expect(completed + failed).toBe(37);
  expect(figures.statuses).toMatchObject({ waiting: 1, refused: 1, received: 1, completed });
  expect(figures.failures).toEqual({ damaged: failed, ECONNREFUSED: 1 });
  expect(Object.keys(figures.failures)[0]).toBe('damaged');
});

it('computes rates over the last seconds only', () => {
  const orders = correctOrders('low', 20);
  const late = orders.map((order, index) => ({
    ...order,
    submittedAt: submittedAt + index * 1000,
  }));
  const { submittedPerSecond } = progressFigures(createProgress(late), submittedAt + 19_500);
  expect(submittedPerSecond).toBe(1);
  expect(progressFigures(createProgress(orders), submittedAt + 600_000).submittedPerSecond).toBe(0);
});

describe('the estimated remaining time', () => {
  const estimateAt = (orders: readonly ObservedOrder[], seconds: number) =>
    estimateDrainMs(createProgress(orders), submittedAt + seconds * 1000);

  it('is the sum of the waits while no order has completed', () => {
    expect(estimateAt(runningOrders(30, 0), 2)).toBe(sumWaits(waits) - 2000);
  });

  it('is based on the completed orders', () => {
    const ended = correctOrders('low', 30).map((order) => ({ ...order, endedMs: 20_000 }));
    const [last] = runningOrders(1, 1);
    expect(estimateAt([...ended, last as ObservedOrder], 15)).toBe(5000);
  });

  it('is based on the rate of status changes if orders queue', () => {
    const orders = runningOrders(100, 3);
    const statusCount = orders[0]?.expected.statuses.length ?? 0;
    expect(estimateAt(orders, 60)).toBe(Math.round(((statusCount - 3) / 3) * 60_000));
  });

  it('is undefined when all orders have ended, and when orders are overdue', () => {
    expect(estimateAt(correctOrders('low', 5), 60)).toBeUndefined();
    expect(estimateAt(runningOrders(5, 0), 60)).toBeUndefined();
  });
});
