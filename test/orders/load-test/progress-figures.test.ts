import { describe, expect, it } from 'vitest';
import type { ObservedOrder } from '../../../src/orders/load-test/observed-orders.ts';
import { drainMs, standingOf } from '../../../src/orders/load-test/progress-figures.ts';
import type { LoadProgress } from '../../../src/orders/load-test/run.ts';
import { goodOrders, submittedAt, withRecord } from './observed-orders.ts';

const waits = { 'await-warehouse': 5000, 'await-pickup': 3000 };
const progressOf = (
  orders: readonly ObservedOrder[],
  phase: LoadProgress['phase'] = 'draining',
): LoadProgress => ({
  orders,
  phase,
  waits,
  round: 1,
  until: 'terminal',
  began: submittedAt,
  requests: { lists: 0, items: 0 },
  trouble: undefined,
  soFar: () => {
    throw new Error('nobody asks');
  },
});
const unsent = ({ orderId, sample, order, total, expected }: ObservedOrder): ObservedOrder => ({
  ...{ orderId, sample, order, total, expected },
  executions: [],
});
/** None of them has ended; each has reached so many statuses. */
const onTheirWay = (count: number, reached: number) =>
  goodOrders('low', count).map(({ record, ...each }) => ({
    ...each,
    record: {
      ...record,
      status: 'awaiting-warehouse' as const,
      transitions: record?.transitions?.slice(0, reached) ?? [],
    },
  }));

it('counts where the orders are, and what went wrong by its name', () => {
  const [first, ...rest] = withRecord(goodOrders('low=3,damaged=1', 40), 1, () => undefined);
  const error = { name: 'ECONNREFUSED', message: 'connect ECONNREFUSED' };
  const { acceptedMs: _, endedMs: __, record: ___, ...refused } = rest[3] as ObservedOrder;
  const orders = [unsent(first as ObservedOrder), ...rest.with(3, { ...refused, error })];
  const standing = standingOf(progressOf(orders, 'submitting'), submittedAt + 30_000);
  const { completed, failed } = standing;
  expect(standing).toMatchObject({ planned: 40, submitted: 39, running: 1, errors: 1 });
  expect(completed + failed).toBe(37);
  expect(standing.statuses).toMatchObject({ waiting: 1, refused: 1, received: 1, completed });
  expect(standing.failures).toEqual({ damaged: failed, ECONNREFUSED: 1 });
  expect(Object.keys(standing.failures)[0]).toBe('damaged');
});

it('has rates over the last seconds only', () => {
  const orders = goodOrders('low', 20);
  const late = orders.map((each, index) => ({ ...each, submittedAt: submittedAt + index * 1000 }));
  const { submittedPerSecond } = standingOf(progressOf(late), submittedAt + 19_500);
  expect(submittedPerSecond).toBe(1);
  expect(standingOf(progressOf(orders), submittedAt + 600_000).submittedPerSecond).toBe(0);
});

describe('how long the rest takes', () => {
  const at = (orders: readonly ObservedOrder[], seconds: number) =>
    drainMs(progressOf(orders), submittedAt + seconds * 1000);

  it('is the waits, while nothing else is known', () => {
    expect(at(onTheirWay(30, 0), 2)).toBe(6000);
  });

  it('is what those before took', () => {
    const ended = goodOrders('low', 30).map((each) => ({ ...each, endedMs: 20_000 }));
    const [last] = onTheirWay(1, 12);
    expect(at([...ended, last as ObservedOrder], 15)).toBe(5000);
  });

  it('is by the pace from status to status where orders stand in line', () => {
    const orders = onTheirWay(100, 3);
    const all = orders[0]?.expected.statuses.length ?? 0;
    expect(at(orders, 60)).toBe(Math.round(((all - 3) / 3) * 60_000));
  });

  it('is unknown when all have ended, and when orders are overdue', () => {
    expect(at(goodOrders('low', 5), 60)).toBeUndefined();
    expect(at(onTheirWay(5, 0), 60)).toBeUndefined();
  });
});
