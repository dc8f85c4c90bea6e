import * as v from 'valibot';
import type { DryRun } from '../../orders/load-test/dry-run.ts';
import { goals } from '../../orders/load-test/follow-until.ts';
import { schemaOf } from './agree.ts';

const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
const msSchema = v.pipe(v.number(), v.minValue(0), v.description('milliseconds'));
const dollarsSchema = v.pipe(v.number(), v.minValue(0), v.description('dollars'));

/** The data of `orders load-test --dry-run --json`. */
export const loadEstimateSchema = schemaOf<DryRun>()(
  v.strictObject({
    seed: countSchema,
    round: v.pipe(countSchema, v.description('how often the seed was used there, with this time')),
    via: v.picklist(['invoke', 'api']),
    until: v.picklist(goals),
    concurrency: countSchema,
    ratePerSecond: v.exactOptional(v.number()),
    rampMs: v.exactOptional(msSchema),
    warmUp: v.pipe(
      countSchema,
      v.description('orders before the measured ones; all figures have them'),
    ),
    isGuess: v.pipe(
      v.boolean(),
      v.description('whether the number of orders is a guess: as many as there is time for'),
    ),
    mix: v.pipe(v.record(v.string(), countSchema), v.description('sample -> measured orders')),
    firstIds: v.array(v.string()),
    orders: countSchema,
    submittingMs: msSchema,
    drainingMs: v.pipe(msSchema, v.description('from the last that is sent until all have ended')),
    work: v.strictObject({
      invocations: countSchema,
      operations: v.pipe(countSchema, v.description('durable operations that are billed')),
      writes: v.pipe(countSchema, v.description('of items, those in an index included')),
    }),
    cost: v.strictObject({
      orders: dollarsSchema,
      simulated: v.pipe(dollarsSchema, v.description('of that, for services that are simulated')),
      following: v.pipe(dollarsSchema, v.description('what the test reads at most to follow them')),
      pricesAsOf: v.pipe(v.string(), v.isoDate()),
    }),
    quotas: v.array(
      v.strictObject({
        id: v.picklist(['starts', 'concurrency', 'running']),
        what: v.string(),
        used: v.pipe(v.number(), v.description('at the peak')),
        limit: v.pipe(countSchema, v.description('of an account in a region, unless raised')),
      }),
    ),
  }),
);
