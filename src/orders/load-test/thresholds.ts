/** User-defined limits of a load test, such as `p95(e2e)<10m`. Pure. */
import { statuses } from '../../../functions/contract/workflow.ts';
import { UserError } from '../../user-error.ts';
import { minSamplesForPercentiles, type Statistics } from '../../workflow/statistics.ts';
import type { LoadReport, ThresholdResult } from './report-types.ts';
import type { Times } from './times.ts';

export interface Threshold {
  readonly expression: string;
  readonly kind: 'time' | 'count';
  /** Name of the measured value: `e2e`, `shipped`, `failed`. */
  readonly metric: string;
  /** Minimum number of orders for a result. */
  readonly minOrders: number;
  /** Whether the current value exceeds the limit, and later orders are unlikely to lower it. */
  readonly isBroken: (current: ThresholdInput) => boolean;
  readonly evaluate: (report: ThresholdInput) => ThresholdResult;
}

/** Parts of a report that thresholds use. */
export type ThresholdInput = Pick<LoadReport, 'checks' | 'outcome' | 'times' | 'stages'>;

type Comparison = (value: number, limit: number) => boolean;

const comparisons: Readonly<Record<string, Comparison>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
};

const statisticNames: Readonly<Record<string, Exclude<keyof Statistics, 'n'>>> = {
  min: 'min',
  p50: 'median',
  median: 'median',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  max: 'max',
};
const timeNames: Readonly<Record<string, keyof Times>> = {
  accepted: 'accepted',
  accept: 'accepted',
  first: 'firstStatus',
  reached: 'reached',
  e2e: 'terminal',
  active: 'active',
  wait: 'wait',
  drift: 'drift',
};
/** Metrics of stages: the status that each records. */
const stageStatuses: ReadonlySet<string> = new Set([...statuses, 'failed']);

const sumCounts = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
const countFailures = (id: string) => (report: ThresholdInput) =>
  report.checks.find((check) => check.id === id)?.faults.length ?? 0;

/** Metrics that are counted. `failed` includes failures that a sample triggers. */
const counters: Readonly<Record<string, (report: ThresholdInput) => number>> = {
  submitted: ({ outcome }) => outcome.submitted,
  completed: ({ outcome }) => outcome.completed,
  failed: ({ outcome }) => outcome.failed,
  running: ({ outcome }) => outcome.running,
  errors: ({ outcome }) => sumCounts(outcome.errors),
  throttled: ({ outcome }) => outcome.throttled,
  lost: countFailures('not-lost'),
  doubled: countFailures('not-doubled'),
};

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const thresholdPattern = /^(\w+)\(([\w-]+)\)(<=|>=|==|<|>)(\d+(?:\.\d+)?)(ms|s|m|h|%)?$/;

/** Parses a threshold. Throws a UserError with the problem and the valid forms if that fails. */
export function parseThreshold(expression: string): Threshold {
  const match = thresholdPattern.exec(expression.replaceAll(/\s/g, ''));
  if (!match) throw invalidThresholdError(expression, 'expected STATISTIC(METRIC)<LIMIT');
  const [, statistic = '', metric = '', operator = '', number = '', unit = ''] = match;
  const compare = comparisons[operator] as Comparison;
  const read = createReader(expression, { statistic, metric, unit });
  const limit = unit === '%' ? Number(number) / 100 : Number(number) * (units[unit] ?? 1);
  return {
    expression,
    kind: Object.hasOwn(statisticNames, statistic) ? 'time' : 'count',
    metric,
    minOrders: minOrdersFor(statistic),
    isBroken(current) {
      // A minimum can still fall, and some metrics are known only at the end.
      const isOpen = operator.startsWith('>') || statistic === 'min' || finalMetrics.has(metric);
      if (isOpen) return false;
      const canOnlyRise = statistic === 'count' || statistic === 'max';
      if (!canOnlyRise && current.outcome.submitted < minOrdersToAbort) return false;
      const value = read(current);
      return value !== undefined && value > limit;
    },
    evaluate(report) {
      const value = read(report);
      if (value === undefined) return { expression, passed: false };
      return { expression, passed: compare(value, limit), value };
    },
  };
}

/** With fewer orders, a share or a percentile does not predict the final value. */
const minOrdersToAbort = minSamplesForPercentiles;
/** Metrics that are known only at the end of the test. */
const finalMetrics: ReadonlySet<string> = new Set(['lost', 'doubled', 'running']);
const minOrdersFor = (statistic: string) => (/^p9/.test(statistic) ? minSamplesForPercentiles : 1);

/** Left side and unit of a threshold. */
interface ParsedThreshold {
  readonly statistic: string;
  readonly metric: string;
  readonly unit: string;
}

/** Returns a function that reads the value from a report: milliseconds, a share (0 to 1), or a count. */
function createReader(
  expression: string,
  parsed: ParsedThreshold,
): (report: ThresholdInput) => number | undefined {
  const { statistic, metric, unit } = parsed;
  if (Object.hasOwn(statisticNames, statistic)) {
    const read = createTimeReader(expression, parsed);
    if (Object.hasOwn(units, unit)) return read;
    throw invalidThresholdError(
      expression,
      `a time needs a unit: ${Object.keys(units).join(', ')}`,
    );
  }
  if (statistic !== 'rate' && statistic !== 'count')
    throw invalidThresholdError(expression, `unknown statistic "${statistic}"`);
  const count = createCountReader(expression, parsed);
  if (statistic === 'count') {
    if (unit === '') return count;
    throw invalidThresholdError(expression, 'a count has no unit');
  }
  if (unit !== '%') throw invalidThresholdError(expression, 'a rate needs the unit %');
  return (report) => {
    const { submitted, throttledOrders } = report.outcome;
    const share = metric === 'throttled' ? throttledOrders : count(report);
    return submitted === 0 ? undefined : share / submitted;
  };
}

function createTimeReader(
  expression: string,
  { statistic, metric }: ParsedThreshold,
): (report: ThresholdInput) => number | undefined {
  const figure = statisticNames[statistic] ?? 'max';
  if (stageStatuses.has(metric)) return (report) => report.stages[metric]?.[figure];
  const time = Object.hasOwn(timeNames, metric) ? timeNames[metric] : undefined;
  if (time) return (report) => report.times[time]?.[figure];
  throw invalidThresholdError(expression, `unknown time "${metric}"`);
}

function createCountReader(
  expression: string,
  { metric }: ParsedThreshold,
): (report: ThresholdInput) => number {
  const count = Object.hasOwn(counters, metric) ? counters[metric] : undefined;
  if (count) return count;
  throw invalidThresholdError(expression, `"${metric}" cannot be counted`);
}

function invalidThresholdError(expression: string, problem: string): UserError {
  return new UserError(`--threshold "${expression}" is not a threshold: ${problem}.`, {
    hint: [
      `times: ${Object.keys(statisticNames).join(' ')} of ${Object.keys(timeNames).join(' ')} or a status; for example p95(e2e)<10m, max(shipped)<2s`,
      `rates and counts: rate count of ${Object.keys(counters).join(' ')}; for example rate(failed)<5%, count(lost)==0`,
      `comparisons: ${Object.keys(comparisons).join(' ')}`,
    ],
    code: 'BadThreshold',
  });
}
