import { expect, it } from 'vitest';
import type { Goal } from '../../../src/orders/load-test/follow-until.ts';
import { type ReportOptions, reportOn } from '../../../src/orders/load-test/report.ts';
import { goodOrders, submittedAt, usage } from './observed-orders.ts';

const options: ReportOptions = {
  seed: 1,
  round: 1,
  via: 'invoke',
  tool: usage,
  concurrency: 5,
  began: submittedAt,
  now: submittedAt + 60_000,
  cut: undefined,
  waits: { 'await-warehouse': 700, 'await-pickup': 100 },
};

it('measures from submission to acceptance and to the end, and what of it was not waiting', () => {
  const { times, orders, durationMs, rate } = reportOn(goodOrders('low', 1), options);
  expect(orders[0]).toMatchObject({ acceptedMs: 20, terminalMs: 13_000, activeMs: 12_200 });
  expect(times.terminal).toEqual({ n: 1, min: 13_000, median: 13_000, max: 13_000 });
  expect(durationMs).toBe(13_000);
  expect(rate).toEqual({ peakRunning: 1, completedPerSecond: 0.08 });
});

it('tells of stages without their waits, the first from when an order was due', () => {
  const orders = goodOrders('low', 1).map((each) => ({ ...each, firstStatusMs: 40 }));
  const { stages, times } = reportOn(orders, options);
  expect(stages['validated']).toMatchObject({ n: 1, max: 40 });
  expect([stages['awaiting-warehouse']?.max, stages['items-picked']?.max]).toEqual([1000, 300]);
  expect([times.firstStatus?.max, times.wait?.max]).toEqual([40, 800]);
});

it('counts what a wait took longer than it should as active', () => {
  const waits = { 'await-warehouse': 100, 'await-pickup': 100 };
  const [order] = reportOn(goodOrders('low', 1), { ...options, waits }).orders;
  expect(order).toMatchObject({ terminalMs: 13_000, waitMs: 200, activeMs: 12_800 });
});

it('judges of orders that are not followed to their ends only what can be judged', () => {
  const judged = (until: Goal) =>
    reportOn(goodOrders('high', 1), { ...options, until }).checks.flatMap(({ id, passed }) =>
      passed ? [id] : [],
    );
  expect(judged('accepted')).toEqual(['accepted']);
  expect(judged('shipped')).toEqual([
    'accepted',
    'not-lost',
    'not-doubled',
    'own-data',
    'transitions',
  ]);
  const { passed, checks } = reportOn(goodOrders('high', 1), { ...options, until: 'accepted' });
  expect(passed).toBe(true);
  expect(checks[1]).toEqual({
    id: 'ended',
    passed: false,
    notJudged: 'not judged: orders were followed until accepted',
    detail: 'not judged: orders were followed until accepted',
    faults: [],
  });
});

it('warns when the tool itself was too slow for its rate, not for a pause now and then', () => {
  const late = (count: number) =>
    goodOrders('low', 200).map((each, index) => ({ ...each, driftMs: index < count ? 101 : 1 }));
  expect(reportOn(late(2), options).warnings).toEqual([]);
  const [first, second] = late(1);
  if (first && second) expect(reportOn([first, second], options).warnings).toEqual([]);
  expect(reportOn(late(3), options).warnings).toEqual([
    expect.stringContaining('could not keep the rate: 3 of 200 orders were sent more than 100ms'),
  ]);
});

it('takes off no more of a wait than an order stayed in it', () => {
  const waits = { 'await-warehouse': 300_000, 'await-pickup': 180_000 };
  const [order] = reportOn(goodOrders('low', 1), { ...options, waits }).orders;
  expect(order?.activeMs).toBe(11_000);
});

it('counts how the orders ended and why, and what could not be submitted', () => {
  const orders = goodOrders('low,damaged,fraud-suspect', 6);
  const [first] = orders;
  if (!first) throw new Error('there is an order');
  const { acceptedMs: _, endedMs: __, record: ___, ...refused } = first;
  const error = { name: 'ThrottlingException', message: 'Rate exceeded' };
  const { outcome, passed, mix } = reportOn(
    orders.with(0, { ...refused, error, throttles: 5, executions: [] }),
    options,
  );
  expect(passed).toBe(false);
  expect(mix).toEqual({ low: 2, damaged: 2, 'fraud-suspect': 2 });
  expect(outcome).toMatchObject({
    planned: 6,
    submitted: 6,
    running: 0,
    errors: { ThrottlingException: 1 },
    throttled: 5,
    throttledOrders: 1,
  });
  expect(outcome.completed + outcome.failed).toBe(5);
});

it('calls an order that was not reached unsubmitted, and one that has not ended running', () => {
  const [first, second] = goodOrders('low', 2);
  if (!first || !second) throw new Error('there are orders');
  const { submittedAt: _, acceptedMs: __, endedMs: ___, record: ____, ...unsubmitted } = first;
  const { endedMs: _____, record: ______, ...begun } = second;
  const cut = 'interrupted' as const;
  const report = reportOn([{ ...unsubmitted, executions: [] }, begun], { ...options, cut });
  expect(report.orders.map(({ status }) => status)).toEqual(['unsubmitted', 'received']);
  expect(report.outcome).toMatchObject({ planned: 2, submitted: 1, running: 1 });
  expect(report.times.terminal).toBeUndefined();
});
