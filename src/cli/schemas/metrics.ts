import * as v from 'valibot';
import type { Metrics } from '../../orders/metrics/metrics.ts';
import { type TimedStage, timedStages } from '../../workflow/durations.ts';
import type { MetricsRecord } from '../metrics/metrics.ts';
import { schemaOf } from './agree.ts';
import { stageSchema, timeSchema } from './order.ts';
import { countSchema, statistics, statisticsSchema } from './statistics.ts';

const shareSchema = v.pipe(v.number(), v.description('of the orders that have ended, 0 to 1'));

const figures = {
  since: v.pipe(timeSchema, v.description('orders created since then count')),
  at: timeSchema,
  source: v.pipe(
    v.picklist(['orders table', 'index of the orders table']),
    v.description('index: the orders themselves may not be read; no times, stages and failures'),
  ),
  newest: v.exactOptional(
    v.pipe(countSchema, v.description('there are more orders; so many were looked at')),
  ),
  orders: v.strictObject({
    started: countSchema,
    completed: countSchema,
    failed: countSchema,
    cancelled: countSchema,
    running: v.pipe(countSchema, v.description('without those in review')),
    inReview: countSchema,
  }),
  rates: v.exactOptional(
    v.strictObject({ completed: shareSchema, failed: shareSchema, cancelled: shareSchema }),
  ),
  times: v.pipe(
    v.strictObject({
      endToEnd: v.exactOptional(statisticsSchema),
      active: v.exactOptional(v.pipe(statisticsSchema, v.description('without waits and reviews'))),
    }),
    v.description('of the orders that completed'),
  ),
  stages: v.array(
    v.strictObject({
      stage: v.picklist(timedStages as unknown as readonly [TimedStage, ...TimedStage[]]),
      ...statistics,
    }),
  ),
  failures: v.array(v.strictObject({ code: v.string(), stage: stageSchema, orders: countSchema })),
  retries: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ step: v.string(), retries: countSchema })),
      v.description('from the log of the workflow, with --retries'),
    ),
  ),
  quotas: v.array(
    v.strictObject({
      quota: v.picklist(['running-executions', 'starts-a-second', 'reads-a-second']),
      by: v.pipe(v.picklist(['stack', 'program']), v.description('whose use is counted')),
      used: v.number(),
      atLeast: v.exactOptional(v.boolean()),
      limit: v.pipe(v.number(), v.description('of the account, as Lambda documents it')),
    }),
  ),
};

/** The data of `orders metrics --json`. */
export const metricsSchema = schemaOf<Metrics>()(v.strictObject(figures));

const version = v.literal(1);

/** A record of `orders metrics --watch --json`. */
export const metricsStreamSchema = schemaOf<MetricsRecord>()(
  v.variant('type', [
    v.strictObject({ v: version, type: v.literal('metrics'), ...figures }),
    v.strictObject({ v: version, type: v.literal('gap'), ts: timeSchema, reason: v.string() }),
    v.strictObject({
      v: version,
      type: v.literal('end'),
      looks: countSchema,
      exitCode: v.picklist([0, 124, 130, 143]),
    }),
  ]),
);
