import * as v from 'valibot';
import type { RateSummary, ScalePlan } from '../../orders/scale/scale-plan.ts';
import { schemaFor } from './schema-for.ts';

const numberSchema = v.pipe(v.number(), v.minValue(0));
const countSchema = v.pipe(numberSchema, v.integer());
const rateSchema = v.pipe(numberSchema, v.description('orders per second'));
const dateSchema = v.pipe(v.string(), v.isoDate());

const summary = {
  rate: rateSchema,
  concurrency: v.pipe(countSchema, v.description('concurrent invocations')),
  checkpoints: v.pipe(countSchema, v.description('per second')),
  tableWrites: v.pipe(countSchema, v.description('write units per second of the orders table')),
  listingShards: countSchema,
  stockShards: v.pipe(countSchema, v.description('shards of one product that all orders buy')),
  exceeded: v.pipe(v.array(v.string()), v.description('ids of the limits that are too low')),
  divisions: v.pipe(
    countSchema,
    v.description('accounts or Regions among which orders are divided if no quota is raised'),
  ),
  dollarsPerDay: numberSchema,
};

const requirementSchema = v.strictObject({
  id: v.string(),
  what: v.string(),
  needed: v.pipe(countSchema, v.description('in the unit of limit')),
  limit: v.pipe(countSchema, v.description('default quota, or the limit of the present setting')),
  adjustable: v.pipe(
    v.picklist(['yes', 'ask', 'setting', 'no']),
    v.description('ask: AWS does not state whether it raises the quota'),
  ),
  verdict: v.picklist(['within', 'raise', 'set', 'exceeded']),
  fix: v.exactOptional(v.pipe(v.string(), v.description('the setting that is high enough'))),
  maxRate: v.pipe(rateSchema, v.description('highest rate within the limit')),
  maxRateOfSettings: v.pipe(rateSchema, v.description('highest rate with the best own setting')),
  source: v.pipe(v.string(), v.url()),
});

/** The data of `orders load-test --dry-run --rate --json` without a number of orders. */
export const scalePlanSchema = schemaFor<ScalePlan>()(
  v.strictObject({
    ...summary,
    region: v.string(),
    via: v.picklist(['invoke', 'api']),
    requirements: v.array(requirementSchema),
    first: v.pipe(
      v.strictObject({ id: v.string(), what: v.string(), rate: rateSchema }),
      v.description('the limit that the lowest rate reaches'),
    ),
    logBytes: v.pipe(countSchema, v.description('per second')),
    logEvents: v.pipe(countSchema, v.description('per second')),
    statusEvents: v.pipe(countSchema, v.description('per second')),
    overview: v.array(schemaFor<RateSummary>()(v.strictObject(summary))),
    measuredOn: dateSchema,
    quotasAsOf: dateSchema,
    pricesAsOf: dateSchema,
  }),
);
