import { describe, expect, it } from 'vitest';
import { type Measured, parseThreshold } from '../../../src/orders/load-test/thresholds.ts';

const statistics = { n: 40, min: 10, median: 500, p95: 900, p99: 1500, max: 60_000 };
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
    throttled: 1,
  },
  times: { terminal: statistics },
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
    ['count(throttled)==1', true, 1],
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
    'p95(e2e)',
    'p95(e2e)<10',
    'p95(e2e)<10%',
    'p90(e2e)<10s',
    'p95(everything)<10s',
    'rate(failed)<5',
    'count(lost)==0s',
    'count(constructor)==0',
    'rate(toString)<1%',
    '',
  ])('is refused when it is "%s", with what could be written', (expression) => {
    expect(() => parseThreshold(expression)).toThrow('is not a threshold');
  });
});
