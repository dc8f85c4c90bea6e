import * as v from 'valibot';
import type { DryRun } from '../../orders/load-test/dry-run.ts';
import { followUntilValues } from '../../orders/load-test/follow-until.ts';
import { schemaFor } from './schema-for.ts';

const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
const msSchema = v.pipe(v.number(), v.minValue(0), v.description('milliseconds'));
const dollarsSchema = v.pipe(v.number(), v.minValue(0), v.description('dollars'));

/** The data of `orders load-test --dry-run --json`. */
export const loadEstimateSchema = schemaFor<DryRun>()(
  v.strictObject({
    seed: countSchema,
    round: v.pipe(
      countSchema,
      v.description('number of tests with this seed on the stack, including this one'),
    ),
    via: v.picklist(['invoke', 'api']),
    until: v.picklist(followUntilValues),
    concurrency: countSchema,
    ratePerSecond: v.exactOptional(v.number()),
    rampMs: v.exactOptional(msSchema),
    warmUp: v.pipe(countSchema, v.description('warm-up orders, included in all other figures')),
    isGuess: v.pipe(
      v.boolean(),
      v.description('whether the number of orders is a guess, because it depends on their speed'),
    ),
    mix: v.pipe(
      v.record(v.string(), countSchema),
      v.description('number of measured orders by sample'),
    ),
    firstIds: v.array(v.string()),
    orders: countSchema,
    submittingMs: msSchema,
    drainingMs: v.pipe(
      msSchema,
      v.description('from the last submission until all orders have ended'),
    ),
    work: v.strictObject({
      invocations: countSchema,
      operations: v.pipe(countSchema, v.description('billed durable operations')),
      writes: v.pipe(countSchema, v.description('item writes, including index writes')),
    }),
    cost: v.strictObject({
      orders: dollarsSchema,
      simulated: v.pipe(dollarsSchema, v.description('part of orders for simulated services')),
      following: v.pipe(dollarsSchema, v.description('upper limit for watching the orders')),
      pricesAsOf: v.pipe(v.string(), v.isoDate()),
    }),
    quotas: v.array(
      v.strictObject({
        id: v.picklist(['starts', 'concurrency', 'running']),
        what: v.string(),
        used: v.pipe(v.number(), v.description('peak use')),
        limit: v.pipe(countSchema, v.description('default limit of an account in a region')),
      }),
    ),
  }),
);
