/** What a load test must stay within, written as `p95(e2e)<10m`. Pure. */
import { UserError } from '../../user-error.ts';
import type { LoadReport } from './report.ts';

export interface ThresholdResult {
  readonly expression: string;
  readonly passed: boolean;
  /** What was found; absent when there was nothing to measure, which passes nothing. */
  readonly value?: number;
}

export interface Threshold {
  readonly expression: string;
  readonly judge: (report: Measured) => ThresholdResult;
}

/** What a threshold looks at. */
export type Measured = Pick<LoadReport, 'checks' | 'outcome' | 'times'>;

type Comparison = (value: number, limit: number) => boolean;

const comparisons: Readonly<Record<string, Comparison>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
};

const figures: Readonly<Record<string, 'min' | 'median' | 'p95' | 'p99' | 'max'>> = {
  min: 'min',
  p50: 'median',
  median: 'median',
  p95: 'p95',
  p99: 'p99',
  max: 'max',
};
const times: Readonly<Record<string, keyof LoadReport['times']>> = {
  accepted: 'accepted',
  e2e: 'terminal',
  active: 'active',
  drift: 'drift',
};

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((all, each) => all + each, 0);
const faultsOf = (id: string) => (report: Measured) =>
  report.checks.find((check) => check.id === id)?.faults.length ?? 0;

/** What can be counted. A failure that a sample asks for counts as failed all the same. */
const counts: Readonly<Record<string, (report: Measured) => number>> = {
  submitted: ({ outcome }) => outcome.submitted,
  completed: ({ outcome }) => outcome.completed,
  failed: ({ outcome }) => outcome.failed,
  running: ({ outcome }) => outcome.running,
  errors: ({ outcome }) => sum(outcome.errors),
  throttled: ({ outcome }) => outcome.throttled,
  lost: faultsOf('not-lost'),
  doubled: faultsOf('not-doubled'),
};

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const shape = /^(\w+)\((\w+)\)(<=|>=|==|<|>)(\d+(?:\.\d+)?)(ms|s|m|h|%)?$/;

/** Reads a threshold. Throws a UserError that says what could be written. */
export function parseThreshold(expression: string): Threshold {
  const [, name = '', of = '', operator = '', number = '', unit = ''] =
    shape.exec(expression.replaceAll(/\s/g, '')) ?? [];
  const compare = comparisons[operator];
  const read = compare && reader(name, of, unit);
  if (!compare || !read) throw notOne(expression);
  const limit = Number(number) * (units[unit] ?? (unit === '%' ? 0.01 : 1));
  return {
    expression,
    judge(report) {
      const value = read(report);
      if (value === undefined) return { expression, passed: false };
      return { expression, passed: compare(value, limit), value };
    },
  };
}

/** What an expression's left side is of a report: milliseconds, a share from 0 to 1, or a count. */
function reader(
  name: string,
  of: string,
  unit: string,
): ((report: Measured) => number | undefined) | undefined {
  const figure = figures[name];
  const time = times[of];
  if (figure && time && Object.hasOwn(units, unit)) {
    return (report) => report.times[time]?.[figure];
  }
  const count = Object.hasOwn(counts, of) ? counts[of] : undefined;
  if (!count) return undefined;
  if (name === 'count' && unit === '') return count;
  if (name !== 'rate' || unit !== '%') return undefined;
  return (report) => {
    const { submitted } = report.outcome;
    return submitted === 0 ? undefined : count(report) / submitted;
  };
}

function notOne(expression: string): UserError {
  return new UserError(`"${expression}" is not a threshold.`, {
    hint: [
      `times: ${Object.keys(figures).join(' ')} of ${Object.keys(times).join(' ')}, as p95(e2e)<10m`,
      `shares and counts: ${Object.keys(counts).join(' ')}, as rate(failed)<5% or count(lost)==0`,
    ],
    code: 'BadThreshold',
  });
}
