/** Schemas of counts, durations and statistics. */
import * as v from 'valibot';

export const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
export const msSchema = v.pipe(
  v.number(),
  v.minValue(0),
  v.description('milliseconds of wall time'),
);

const percentileSchema = v.exactOptional(
  v.pipe(msSchema, v.description('requires at least 20 samples')),
);

/** Fields of a statistic of durations. */
export const statistics = {
  n: countSchema,
  min: msSchema,
  median: msSchema,
  p90: percentileSchema,
  p95: percentileSchema,
  p99: percentileSchema,
  max: msSchema,
};
export const statisticsSchema = v.strictObject(statistics);
