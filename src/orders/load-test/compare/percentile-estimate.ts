/** Percentiles with their uncertainty, without an assumption about how the durations are distributed. Pure. */

export interface Estimate {
  readonly value: number;
  /** Standard error; absent if there are too few measurements for it. */
  readonly error?: number;
}

/** Number of standard errors beyond which a difference counts as clear. */
export const clearErrors = 3;
/** Number of consecutive parts of a run that are compared with each other. */
const batchCount = 5;

/**
 * Estimates a percentile of measurements in the order of their submission. The standard error is the larger of two: one from the
 * values around the percentile (a confidence interval by ranks), and one from the differences between consecutive parts of the run,
 * because neighboring orders share their conditions. Returns undefined without measurements.
 */
export function estimatePercentile(
  measurements: readonly number[],
  percent: number,
): Estimate | undefined {
  const value = percentileOf(measurements, percent);
  if (value === undefined) return undefined;
  const byRanks = rankError(measurements, percent);
  if (byRanks === undefined) return { value };
  return { value, error: Math.max(byRanks, batchError(measurements, percent)) };
}

const sort = (values: readonly number[]) => values.toSorted((a, b) => a - b);

/** Returns the percentile by nearest rank, as the report does; of the median the mean of the two middle values. */
function percentileOf(measurements: readonly number[], percent: number): number | undefined {
  const sorted = sort(measurements);
  const n = sorted.length;
  if (percent !== 50 || n % 2 === 1) return sorted[Math.ceil((percent / 100) * n) - 1];
  const [low, high] = [sorted[n / 2 - 1], sorted[n / 2]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** Returns the standard error from the values at the ends of the percentile's confidence interval; undefined if it has no end. */
function rankError(measurements: readonly number[], percent: number): number | undefined {
  const n = measurements.length;
  const share = percent / 100;
  const reach = clearErrors * Math.sqrt(n * share * (1 - share));
  const [lowRank, highRank] = [Math.floor(n * share - reach), Math.ceil(n * share + reach)];
  const sorted = sort(measurements);
  const [low, high] = [sorted[lowRank - 1], sorted[highRank - 1]];
  if (low === undefined || high === undefined) return undefined;
  return (high - low) / (2 * clearErrors);
}

/**
 * Returns the standard error from the percentiles of consecutive parts. They are compared with the percentile of the whole run instead
 * of their mean, because a disturbance of one part can determine a high percentile of the run.
 */
function batchError(measurements: readonly number[], percent: number): number {
  const size = measurements.length / batchCount;
  const whole = percentileOf(measurements, percent) ?? 0;
  const values = Array.from({ length: batchCount }, (_, index) =>
    percentileOf(
      measurements.slice(Math.round(index * size), Math.round((index + 1) * size)),
      percent,
    ),
  ).flatMap((value) => value ?? []);
  const squares = values.reduce((sum, value) => sum + (value - whole) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
