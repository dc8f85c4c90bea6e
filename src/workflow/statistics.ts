/** Figures about many measurements. Pure. */

export interface Statistics {
  readonly n: number;
  readonly min: number;
  readonly median: number;
  /** Percentiles: from `leastForPercentiles` measurements on. */
  readonly p90?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly max: number;
}

/** Percentiles of fewer measurements say nothing that the maximum does not. */
export const leastForPercentiles = 20;

/** What the measurements are like; `undefined` when there are none. */
export function statisticsOf(measurements: readonly number[]): Statistics | undefined {
  const sorted = measurements.toSorted((a, b) => a - b);
  const n = sorted.length;
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  const percentiles =
    n < leastForPercentiles
      ? {}
      : {
          p90: nearestRank(sorted, 90),
          p95: nearestRank(sorted, 95),
          p99: nearestRank(sorted, 99),
        };
  const middle = sorted.slice(Math.ceil(n / 2) - 1, Math.floor(n / 2) + 1);
  const median = middle.reduce((sum, each) => sum + each, 0) / middle.length;
  return { n, min, median, ...percentiles, max };
}

/** The smallest measurement that so many percent do not exceed. */
function nearestRank(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;
}

export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** How many of the intervals overlap at most. */
export function peakOf(intervals: readonly Interval[]): number {
  const edges = intervals
    .flatMap(({ from, to }) => [
      { at: from, change: 1 },
      { at: to, change: -1 },
    ])
    // What ends the moment another begins does not overlap it.
    .sort((a, b) => a.at - b.at || a.change - b.change);
  let now = 0;
  let most = 0;
  for (const { change } of edges) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
