import { describe, expect, it } from 'vitest';
import { type Measured, parseThreshold } from '../../../src/orders/load-test/thresholds.ts';

const statistics = { n: 40, min: 10, median: 500, p90: 800, p95: 900, p99: 1500, max: 60_000 };
const report: Measured = {
  checks: [
    {
      id: 'not-lost',
      passed: false,
      detail: '',
      faults: [{ orderId: 'order-1', message: 'has no row' }],
    },
  ],
  outcome: {
    planned: 40,
    submitted: 40,
    completed: 37,
    failed: 2,
    running: 0,
    failures: {},
    errors: { ThrottlingException: 1 },
    throttled: 3,
    throttledOrders: 2,
  },
  times: { terminal: statistics },
  stages: { shipped: { n: 3, min: 5, median: 6, max: 7 } },
};

describe('a threshold', () => {
  it.each([
    ['p95(e2e)<1s', true, 900],
    ['p95(e2e)<900ms', false, 900],
    ['p95(e2e)<=900ms', true, 900],
    ['max(e2e) < 1m', false, 60_000],
    ['p50(e2e)>0.4s', true, 500],
    ['rate(failed)<5%', false, 0.05],
    ['rate(failed)<=5%', true, 0.05],
    ['rate(completed)>90%', true, 0.925],
    ['count(lost)==0', false, 1],
    ['count(doubled)==0', true, 0],
    ['count(errors)<2', true, 1],
    ['count(throttled)==3', true, 3],
    ['rate(throttled)<5%', false, 0.05],
    ['rate(failed)==5%', true, 0.05],
    ['max(shipped)<8ms', true, 7],
    ['p90(e2e)<1s', true, 800],
  ])('%s is judged', (expression, passed, value) => {
    expect(parseThreshold(expression).judge(report)).toEqual({ expression, passed, value });
  });

  it('is not met when there is nothing to measure', () => {
    expect(parseThreshold('p95(accepted)<1s').judge(report)).toEqual({
      expression: 'p95(accepted)<1s',
      passed: false,
    });
  });

  it.each([
    ['p95(e2e)', 'it is not FIGURE(WHAT)<LIMIT'],
    ['', 'it is not FIGURE(WHAT)<LIMIT'],
    ['p95(e2e)=10s', 'it is not FIGURE(WHAT)<LIMIT'],
    ['p95(e2e)<-1s', 'it is not FIGURE(WHAT)<LIMIT'],
    ['p95(e2e)<10', 'a time has a unit: ms, s, m, h'],
    ['p95(e2e)<10%', 'a time has a unit: ms, s, m, h'],
    ['p80(e2e)<10s', 'there is no figure "p80"'],
    ['p95(everything)<10s', 'there is no time "everything"'],
    ['max(constructor)<1s', 'there is no time "constructor"'],
    ['rate(failed)<5', 'a rate is in %'],
    ['count(lost)==0s', 'a count has no unit'],
    ['count(constructor)==0', '"constructor" cannot be counted'],
    ['rate(e2e)<1%', '"e2e" cannot be counted'],
  ])('is refused when it is "%s": %s', (expression, why) => {
    expect(() => parseThreshold(expression)).toThrow(
      `--threshold "${expression}" is not a threshold: ${why}.`,
    );
  });

  it.each([
    ['max(e2e)<1s', true],
    ['max(e2e)<=1m', false],
    ['p95(e2e)<100ms', true],
    ['rate(failed)<1%', true],
    ['count(errors)==0', true],
    ['count(errors)==1', false],
    // What only falls, or is known in the end.
    ['min(e2e)<1ms', false],
    ['count(completed)>100', false],
    ['count(lost)==0', false],
    ['max(accepted)<1ms', false],
  ])('%s is broken on the way: %s', (expression, isBroken) => {
    expect(parseThreshold(expression).isBroken(report)).toBe(isBroken);
  });

  it('says nothing of a share on the way while there are few orders', () => {
    const few = { ...report, outcome: { ...report.outcome, submitted: 19 } };
    expect(parseThreshold('rate(failed)<1%').isBroken(few)).toBe(false);
  });

  it('says what could be written', () => {
    expect(() => parseThreshold('p95(e2e)<10')).toThrow(
      expect.objectContaining({
        hints: [
          expect.stringContaining('min p50 median p90 p95 p99 max of accepted'),
          expect.stringContaining('count(lost)==0'),
          expect.stringContaining('<='),
        ],
      }),
    );
  });
});
