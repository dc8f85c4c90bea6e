import { expect, it } from 'vitest';
import { compareRuns } from '../../../../src/orders/load-test/compare/compare-runs.ts';
import { parseThreshold } from '../../../../src/orders/load-test/thresholds.ts';
import { createRun, setup, steadyMs, withReport } from './runs.ts';

const base = createRun('a');
const slower = (factor: number) => (index: number) => steadyMs(index) * factor;

it('finds no difference between equal runs', () => {
  const { verdict, differences, checks } = compareRuns(base, createRun('b'));
  expect({ verdict, differences, checks }).toEqual({
    verdict: 'no-clear-difference',
    differences: [],
    checks: [],
  });
});

it.each([
  [1.3, 'worse'],
  [0.7, 'better'],
  // The difference is certain, but does not matter.
  [1.05, 'no-clear-difference'],
])('judges durations that are %f times as long', (factor, verdict) => {
  const comparison = compareRuns(base, createRun('b', { endedMs: slower(factor) }));
  expect(comparison.verdict).toBe(verdict);
  const changes = comparison.times.flatMap(({ time, statistic, change }) =>
    time === 'terminal' ? [[statistic, change]] : [],
  );
  expect(changes).toEqual([
    ['median', verdict],
    ['p95', verdict],
    ['p99', 'too-few-orders'],
  ]);
});

it('requires more orders for a percentile than for the median', () => {
  const judged = (count: number) =>
    compareRuns(
      createRun('a', { count }),
      createRun('b', { count, endedMs: slower(2) }),
    ).times.flatMap(({ time, statistic, change }) =>
      time === 'terminal' && change === 'worse' ? [statistic] : [],
    );
  expect(judged(19)).toEqual([]);
  expect(judged(20)).toEqual(['median']);
  expect(judged(170)).toEqual(['median']);
  expect(judged(180)).toEqual(['median', 'p95']);
  expect(judged(1000)).toEqual(['median', 'p95', 'p99']);
});

it('gives no verdict on few orders', () => {
  const [a, b] = [createRun('a', { count: 10 }), createRun('b', { count: 10, endedMs: slower(3) })];
  expect(compareRuns(a, b).verdict).toBe('too-few-orders');
});

it('does not take a trend within a run for a difference between the runs', () => {
  const drifting = (index: number) => 5000 + index * 100;
  const [a, b] = [
    createRun('a', { endedMs: drifting }),
    createRun('b', { endedMs: (index) => drifting(index) * 1.3 }),
  ];
  expect(compareRuns(a, b).verdict).toBe('no-clear-difference');
});

it('does not take a disturbance in one part of a run for a difference between the runs', () => {
  const disturbed = (index: number) => steadyMs(index) + (index < 40 ? 20_000 : 0);
  expect(compareRuns(base, createRun('b', { endedMs: disturbed })).verdict).toBe(
    'no-clear-difference',
  );
});

it('requires a larger difference between local runs, which share the machine', () => {
  const local = { ...setup, environment: 'local' };
  const judged = (factor: number) =>
    compareRuns(
      createRun('a', { setup: local }),
      createRun('b', { setup: local, endedMs: slower(factor) }),
    ).verdict;
  expect([judged(1.2), judged(1.3)]).toEqual(['no-clear-difference', 'worse']);
});

it.each([
  ['time scale', createRun('b', { setup: { ...setup, timeScale: 60 } })],
  ['environment', createRun('b', { setup: { ...setup, environment: 'local' } })],
  ['waits', createRun('b', { setup: { ...setup, waits: { 'await-pickup': 1 } } })],
  ['mix', createRun('b', { mix: 'low=8,high=2' })],
  ['orders', createRun('b', { count: 300 })],
  ['rate', createRun('b', { rate: 10 })],
  ['ramp', createRun('b', { rampMs: 1000 })],
  ['concurrency', createRun('b', { concurrency: 5 })],
  ['submitted', createRun('b', { via: 'api' })],
  ['followed until', withReport(base, { until: 'shipped' })],
  ['end', createRun('b', { truncation: 'timeout' })],
])('gives no verdict on runs with another %s', (setting, b) => {
  const { verdict, differences, times } = compareRuns(base, b);
  expect(verdict).toBe('not-comparable');
  expect(
    differences.filter(({ prevents }) => prevents).map((difference) => difference.setting),
  ).toEqual([setting]);
  expect(times.length).toBeGreaterThan(0);
  expect(times.filter(({ change }) => change !== undefined)).toEqual([]);
});

it('compares interrupted runs with nothing, not even with each other', () => {
  const partial = createRun('a', { truncation: 'interrupted' });
  expect(compareRuns(partial, partial).verdict).toBe('not-comparable');
});

it('names other versions, seeds and numbers of scheduled orders, and compares the runs', () => {
  const b = createRun('b', {
    setup: { ...setup, toolVersion: '2.0.0' },
    seed: 2,
    rate: 10,
    count: 300,
  });
  const { verdict, differences } = compareRuns(createRun('a', { rate: 10 }), b);
  expect(verdict).toBe('no-clear-difference');
  expect(differences.map(({ setting, a, b: inB }) => [setting, a, inB])).toEqual([
    ['mix', 'low 200', 'low 300'],
    ['orders', '200', '300'],
    ['seed', '1', '2'],
    ['version of orders', '1.0.0', '2.0.0'],
  ]);
});

it('compares a report without its set-up, and says so', () => {
  const { setup: _setup, ...report } = base.report;
  const { verdict, notes } = compareRuns({ id: 'old', report }, base);
  expect(verdict).toBe('no-clear-difference');
  expect(notes[0]).toContain('earlier version');
});

it('does not weigh shorter durations against a check that fails', () => {
  const fast = createRun('b', { endedMs: slower(0.5) });
  const checks = fast.report.checks.map((check) =>
    check.id === 'not-lost' ? { ...check, passed: false, faults: [{}, {}] } : check,
  );
  const comparison = compareRuns(base, withReport(fast, { passed: false, checks }));
  expect(comparison.verdict).toBe('worse');
  expect(comparison.checks).toEqual([{ id: 'not-lost', a: 0, b: 2, change: 'worse' }]);
});

it('reports a threshold that holds no longer, and a threshold of only one run', () => {
  const thresholds = ['p95(e2e)<11s', 'max(wait)<1h'].map(parseThreshold);
  const a = createRun('a', { thresholds, endedMs: slower(0.9) });
  const comparison = compareRuns(
    a,
    createRun('b', { thresholds: thresholds.slice(0, 1), endedMs: slower(0.95) }),
  );
  expect(comparison.thresholds).toMatchObject([
    { expression: 'p95(e2e)<11s', a: { passed: true }, b: { passed: false }, change: 'worse' },
    { expression: 'max(wait)<1h', a: { passed: true } },
  ]);
  expect(comparison.verdict).toBe('worse');
});

it('reports more throttled orders only if the difference is clear', () => {
  const throttled = (throttledOrders: number) =>
    compareRuns(base, withReport(base, { outcome: { ...base.report.outcome, throttledOrders } }))
      .verdict;
  expect([throttled(3), throttled(60)]).toEqual(['no-clear-difference', 'worse']);
});

it('is mixed if the runs differ in both directions', () => {
  const b = createRun('b', { endedMs: slower(0.7) });
  const outcome = { ...b.report.outcome, throttledOrders: 60 };
  expect(compareRuns(base, withReport(b, { outcome })).verdict).toBe('mixed');
});
