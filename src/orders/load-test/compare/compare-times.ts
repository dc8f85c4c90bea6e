/** Compares the durations of the orders of two load tests. Pure. */
import { minSamplesForPercentiles } from '../../../workflow/statistics.ts';
import { type ComparableReport, isAnyLocal } from './comparable-report.ts';
import {
  type Change,
  type ComparedTime,
  type ComparedTimeName,
  comparedTimes,
} from './comparison.ts';
import { clearErrors, estimatePercentile } from './percentile-estimate.ts';

/** A smaller difference does not matter, even if it is certain: share of A, and milliseconds. */
const minShare = 0.1;
/** The same share for local runs, because medians of equal runs on one machine were found to differ by up to 17 %. */
const minLocalShare = 0.25;
const minMs = 5;

const statistics = { median: 50, p95: 95, p99: 99 } as const;

/** Returns the median, p95 and p99 of each time that both runs measured. */
export function compareTimes(reports: {
  readonly a: ComparableReport;
  readonly b: ComparableReport;
}): ComparedTime[] {
  const smallestShare = isAnyLocal([reports.a, reports.b]) ? minLocalShare : minShare;
  return comparedTimes.flatMap((time) => {
    const [a, b] = [listDurations(reports.a, time), listDurations(reports.b, time)];
    const names = Object.keys(statistics) as (keyof typeof statistics)[];
    return names.flatMap(
      (statistic) => compareStatistic({ time, statistic, a, b, smallestShare }) ?? [],
    );
  });
}

/** Returns the durations in the order of submission (ms). */
function listDurations({ orders }: ComparableReport, time: ComparedTimeName): number[] {
  return orders.flatMap(({ [`${time}Ms` as const]: ms }) => ms ?? []);
}

/** Returns a row; undefined if a run has no measurement, or too few for a percentile. */
function compareStatistic(row: {
  readonly time: ComparedTimeName;
  readonly statistic: ComparedTime['statistic'];
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Smallest difference that matters, as a share of A. */
  readonly smallestShare: number;
}): ComparedTime | undefined {
  const { time, statistic } = row;
  const size = Math.min(row.a.length, row.b.length);
  if (statistic !== 'median' && size < minSamplesForPercentiles) return undefined;
  const [a, b] = [row.a, row.b].map((durations) =>
    estimatePercentile(durations, statistics[statistic]),
  );
  if (!a || !b) return undefined;
  const values = { time, statistic, a: a.value, b: b.value };
  const isEnough = size >= minSamplesForPercentiles;
  if (!isEnough || a.error === undefined || b.error === undefined) {
    return { ...values, change: 'too-few-orders' };
  }
  const uncertain = clearErrors * Math.hypot(a.error, b.error);
  const clearMs = Math.ceil(Math.max(uncertain, row.smallestShare * a.value, minMs));
  return { ...values, clearMs, change: toChange(b.value - a.value, clearMs) };
}

function toChange(differenceMs: number, clearMs: number): Change {
  if (Math.abs(differenceMs) < clearMs) return 'no-clear-difference';
  return differenceMs > 0 ? 'worse' : 'better';
}
