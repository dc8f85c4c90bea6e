import { expect, it } from 'vitest';
import { type ReportOptions, reportOn } from '../../../src/orders/load-test/report.ts';
import { goodOrders, submittedAt } from './observed.ts';

const options: ReportOptions = {
  seed: 1,
  round: 1,
  via: 'invoke',
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
    orders.with(0, { ...refused, error, executions: [] }),
    options,
  );
  expect(passed).toBe(false);
  expect(mix).toEqual({ low: 2, damaged: 2, 'fraud-suspect': 2 });
  expect(outcome).toMatchObject({
    planned: 6,
    submitted: 6,
    running: 0,
    errors: { ThrottlingException: 1 },
    throttled: 1,
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
