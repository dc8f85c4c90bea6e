/** Statistics of measurements. Pure. */

export interface Statistics {
  readonly n: number;
  readonly min: number;
  readonly median: number;
  /** Percentiles are absent below `minSamplesForPercentiles` measurements. */
  readonly p90?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly max: number;
}

/** With fewer samples, high percentiles equal the maximum. */
export const minSamplesForPercentiles = 20;

/** Computes statistics; undefined if there are no measurements. */
export function summarize(measurements: readonly number[]): Statistics | undefined {
  // A typed array sorts numbers much faster than an array with a comparison function.
  const sorted = Float64Array.from(measurements).sort();
  const n = sorted.length;
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  const percentiles =
    n < minSamplesForPercentiles
      ? {}
      : {
          p90: nearestRank(sorted, 90),
          p95: nearestRank(sorted, 95),
          p99: nearestRank(sorted, 99),
        };
  const middle = sorted.subarray(Math.ceil(n / 2) - 1, Math.floor(n / 2) + 1);
  const median = middle.reduce((sum, value) => sum + value, 0) / middle.length;
  return { n, min, median, ...percentiles, max };
}

/** The percentile by nearest rank: the smallest value that at least `percent` percent of the values do not exceed. */
function nearestRank(sorted: Float64Array, percent: number): number {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;
}

export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The maximum number of intervals that overlap. */
export function maxOverlap(intervals: readonly Interval[]): number {
  const edges = intervals
    .flatMap(({ from, to }) => [
      { at: from, change: 1 },
      { at: to, change: -1 },
    ])
    // Two intervals that only touch do not overlap.
    .sort((a, b) => a.at - b.at || a.change - b.change);
  let open = 0;
  let max = 0;
  for (const { change } of edges) {
    open += change;
    max = Math.max(max, open);
  }
  return max;
}
