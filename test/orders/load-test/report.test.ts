import { expect, it } from 'vitest';
import type { FollowUntil } from '../../../src/orders/load-test/follow-until.ts';
import { buildReport, type ReportOptions } from '../../../src/orders/load-test/report.ts';
import { equalWaits, sumWaits, waitStages } from '../workflow-waits.ts';
import { correctOrders, submittedAt, usage } from './observed-orders.ts';

const [lowOrder] = correctOrders('low', 1);
/** Time until an order of the sample `low` completes: each status takes a second. */
const completedMs = lowOrder?.endedMs ?? 0;

const options: ReportOptions = {
  seed: 1,
  round: 1,
  via: 'invoke',
  tool: usage,
  concurrency: 5,
  startedAtMs: submittedAt,
  now: submittedAt + 60_000,
  truncation: undefined,
  waits: equalWaits(700),
};

it('measures the time to acceptance and completion, and the active part of it', () => {
  const { times, orders, durationMs, rate } = buildReport(correctOrders('low', 1), options);
  const activeMs = completedMs - sumWaits(options.waits);
  expect(orders[0]).toMatchObject({ acceptedMs: 20, terminalMs: completedMs, activeMs });
  expect(times.terminal).toEqual({
    n: 1,
    min: completedMs,
    median: completedMs,
    max: completedMs,
  });
  expect(durationMs).toBe(completedMs);
  const completedPerSecond = Math.round(100_000 / completedMs) / 100;
  expect(rate).toEqual({
    peakRunning: 1,
    completedPerSecond,
    peakSent: { orders: 1, atMs: 0 },
  });
});

it('measures the rate at which orders were sent, and no rate of a burst', () => {
  const sendEvery = (ms: number) =>
    correctOrders('low', 5).map((order, index) => ({
      ...order,
      submittedAt: submittedAt + index * ms - 30,
      driftMs: 30,
    }));
  // Four intervals between five orders.
  expect(buildReport(sendEvery(400), options).rate.sentPerSecond).toBe(2.5);
  expect(buildReport(sendEvery(200), options).rate).not.toHaveProperty('sentPerSecond');
});

it('finds the second in which most orders were submitted', () => {
  const offsets = [0, 900, 4000, 4200, 4999, 5000, 9000];
  const orders = correctOrders('low', offsets.length).map((order, index) => ({
    ...order,
    submittedAt: submittedAt + (offsets[index] ?? 0) - 30,
    driftMs: 30,
  }));
  expect(buildReport(orders, options).rate.peakSent).toEqual({ orders: 3, atMs: 4000 });
  expect(buildReport([], options).rate).not.toHaveProperty('peakSent');
});

it('contains the set-up and the versions of the function that ran the orders', () => {
  const setup = {
    environment: 'dev',
    region: 'eu-west-1',
    stack: 'orders-dev',
    timeScale: 1,
    waits: options.waits,
  };
  const report = buildReport(correctOrders('low', 3), { ...options, setup });
  expect(report.setup).toEqual({ ...setup, functionVersions: { 1: 3 } });
});

it('measures stages without their waits, the first from the scheduled submission', () => {
  const orders = correctOrders('low', 1).map((order) => ({ ...order, firstStatusMs: 40 }));
  const { stages, times } = buildReport(orders, options);
  expect(stages['validated']).toMatchObject({ n: 1, max: 40 });
  expect([stages['awaiting-warehouse']?.max, stages['items-picked']?.max]).toEqual([1000, 300]);
  expect([times.firstStatus?.max, times.wait?.max]).toEqual([40, sumWaits(options.waits)]);
});

it('counts the time by which a wait is too long as active', () => {
  const waits = equalWaits(100);
  const waitMs = sumWaits(waits);
  const [order] = buildReport(correctOrders('low', 1), { ...options, waits }).orders;
  expect(order).toMatchObject({
    terminalMs: completedMs,
    waitMs,
    activeMs: completedMs - waitMs,
  });
});

it('makes only some checks of orders that are followed only to a status', () => {
  const passedChecks = (until: FollowUntil) =>
    buildReport(correctOrders('high', 1), { ...options, until }).checks.flatMap(({ id, passed }) =>
      passed ? [id] : [],
    );
  expect(passedChecks('accepted')).toEqual(['accepted']);
  expect(passedChecks('shipped')).toEqual([
    'accepted',
    'not-lost',
    'not-doubled',
    'own-data',
    'transitions',
  ]);
  const { passed, checks } = buildReport(correctOrders('high', 1), {
    ...options,
    until: 'accepted',
  });
  expect(passed).toBe(true);
  expect(checks[1]).toEqual({
    id: 'ended',
    passed: false,
    notJudged: 'not checked: orders were followed only until accepted',
    detail: 'not checked: orders were followed only until accepted',
    faults: [],
  });
});

it('warns when the tool was too slow for its rate, but not about single pauses', () => {
  const late = (count: number) =>
    correctOrders('low', 200).map((order, index) => ({
      ...order,
      driftMs: index < count ? 101 : 1,
    }));
  expect(buildReport(late(2), options).warnings).toEqual([]);
  const [first, second] = late(1);
  if (first && second) expect(buildReport([first, second], options).warnings).toEqual([]);
  expect(buildReport(late(3), options).warnings).toEqual([
    expect.stringContaining(
      'could not keep the rate: 3 of 200 orders were submitted more than 100ms',
    ),
  ]);
});

it('subtracts at most the time that an order spent in a wait', () => {
  const waits = equalWaits(300_000);
  const [order] = buildReport(correctOrders('low', 1), { ...options, waits }).orders;
  // Each wait status lasts a second.
  expect(order?.activeMs).toBe(completedMs - waitStages.length * 1000);
});

it('counts outcomes, failure codes and submission errors', () => {
  const orders = correctOrders('low,damaged,fraud-suspect', 6);
  const [first] = orders;
  if (!first) throw new Error('no order was planned');
  const { acceptedMs: _, endedMs: __, record: ___, ...refused } = first;
  const error = { name: 'ThrottlingException', message: 'Rate exceeded' };
  const { outcome, passed, mix } = buildReport(
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

it('reports unsubmitted and running orders of an interrupted test', () => {
  const [first, second] = correctOrders('low', 2);
  if (!first || !second) throw new Error('no orders were planned');
  const { submittedAt: _, acceptedMs: __, endedMs: ___, record: ____, ...unsubmitted } = first;
  const { endedMs: _____, record: ______, ...begun } = second;
  const truncation = 'interrupted' as const;
  const report = buildReport([{ ...unsubmitted, executions: [] }, begun], {
    ...options,
    truncation,
  });
  expect(report.orders.map(({ status }) => status)).toEqual(['unsubmitted', 'received']);
  expect(report.outcome).toMatchObject({ planned: 2, submitted: 1, running: 1 });
  expect(report.times.terminal).toBeUndefined();
});
