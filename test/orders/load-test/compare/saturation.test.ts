import { expect, it } from 'vitest';
import { describeReasons } from '../../../../src/cli/report-page/compare-labels.ts';
import { compareRuns } from '../../../../src/orders/load-test/compare/compare-runs.ts';
import { parseThreshold } from '../../../../src/orders/load-test/thresholds.ts';
import { createRun, setup, steadyMs, withReport } from './runs.ts';

type Options = NonNullable<Parameters<typeof createRun>[1]>;

const local: Options = { rate: 10, setup: { ...setup, environment: 'local' } };
const aws: Options = { rate: 10 };
const thresholds = [parseThreshold('p95(e2e)<13s')];
const flat = () => 200;
/** The time to the first status rises evenly to 20 seconds: a third of it at the start, on average. */
const growing = (index: number) => index * 100;

const steady = (options: Options) =>
  createRun('steady', { thresholds, firstStatusMs: flat, ...options });
const saturated = (options: Options) =>
  createRun('saturated', {
    thresholds,
    firstStatusMs: growing,
    endedMs: (index) => steadyMs(index) * 3,
    ...options,
  });

const grew = 'the backlog grew: first status after 3.3s at the start, 17s at the end';
const lowerRate = 'the machine or the account was saturated: compare at a lower rate';
const otherOrder = 'repeat the pair in the other order, or compare at a lower rate';
const difference = (name: string, other: string) =>
  `${name} was saturated at a rate at which ${other} was not: this is a difference if both runs had the machine or the account for themselves`;

it.each([
  ['A', saturated(local), steady(local), [`in A, ${grew}`, difference('A', 'B'), otherOrder]],
  ['B', steady(local), saturated(local), [`in B, ${grew}`, difference('B', 'A'), otherOrder]],
  ['each run', saturated(local), saturated(local), [`in A, ${grew}`, `in B, ${grew}`, lowerRate]],
])('gives no verdict if the backlog grew in %s', (_run, a, b, reasons) => {
  const comparison = compareRuns(a, b);
  expect(comparison.verdict).toBe('not-comparable');
  expect(describeReasons(comparison)).toEqual(reasons);
  const { times, thresholds: compared, outcomes } = comparison;
  expect([...times, ...compared, ...outcomes].filter(({ change }) => change)).toEqual([]);
});

it('advises to repeat the pair if local runs are judged', () => {
  const comparison = compareRuns(steady(local), steady(local));
  expect(comparison).toMatchObject({ verdict: 'no-clear-difference', saturation: {} });
  expect(describeReasons(comparison)).toEqual([
    'a single pair cannot exclude other load on the machine: repeat the pair',
  ]);
  expect(compareRuns(steady(aws), steady(aws)).advice).toEqual([]);
});

it('reports a slower B on AWS that is saturated at a rate that A sustains, but no faster B', () => {
  const worse = compareRuns(steady(aws), saturated(aws));
  expect(worse.verdict).toBe('worse');
  expect(describeReasons(worse)).toEqual(
    expect.arrayContaining([`in B, ${grew}`, difference('B', 'A'), otherOrder]),
  );
  expect(compareRuns(saturated(aws), steady(aws)).verdict).toBe('not-comparable');
  expect(compareRuns(steady(aws), saturated({ ...aws, rate: 10.5 }))).toMatchObject({
    verdict: 'not-comparable',
    advice: [lowerRate],
  });
});

it('reports a check that fails in a saturated run, unless the load alone explains it', () => {
  const failing = (failed: string) => {
    const run = saturated(local);
    const checks = run.report.checks.map((check) =>
      check.id === failed ? { ...check, passed: false, faults: [{}] } : check,
    );
    return compareRuns(steady(local), withReport(run, { checks })).verdict;
  };
  expect(['not-lost', 'accepted', 'ended'].map(failing)).toEqual([
    'worse',
    'not-comparable',
    'not-comparable',
  ]);
});

it('detects a backlog that shrinks before the end, and one that existed from the first order', () => {
  const place = (firstStatusMs: (index: number) => number) =>
    compareRuns(steady(local), saturated({ ...local, firstStatusMs })).saturation.b?.backlog;
  expect(place((index) => (index < 67 || index > 133 ? 200 : 4000))).toEqual({
    startMs: 200,
    laterMs: 4000,
    later: 'middle',
  });
  expect(place((index) => 60_000 + growing(index))).toMatchObject({ later: 'end' });
  expect(place((index) => 2000 + index)).toBeUndefined();
  expect(place((index) => 5 + index)).toBeUndefined();
});

it('detects that orders were submitted more slowly than scheduled, also with a ramp', () => {
  const sent = (perSecond: number, rampMs?: number) => {
    const run = steady({ ...local, rampMs });
    return compareRuns(
      run,
      withReport(run, { rate: { ...run.report.rate, sentPerSecond: perSecond } }),
    );
  };
  expect(describeReasons(sent(7.1))[0]).toBe(
    'in B, only 7.1 of 10 orders per second were submitted',
  );
  expect([sent(7.1), sent(9.5), sent(7.5, 10_000)].map(({ verdict }) => verdict)).toEqual([
    'not-comparable',
    'no-clear-difference',
    'no-clear-difference',
  ]);
});

it('does not look for a backlog without a rate, because all orders then wait for each other', () => {
  const unscheduled: Options = { ...local, rate: undefined };
  const comparison = compareRuns(steady(unscheduled), saturated(unscheduled));
  expect(comparison).toMatchObject({ verdict: 'worse', saturation: {} });
});

it('compares reports without the times of the first status, and names the limit', () => {
  const { verdict, notes } = compareRuns(
    createRun('a', local),
    createRun('b', { ...local, endedMs: (index) => steadyMs(index) * 3 }),
  );
  expect(verdict).toBe('worse');
  expect(notes.filter((note) => note.endsWith('a backlog cannot be detected'))).toHaveLength(2);
});
