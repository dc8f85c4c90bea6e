import * as v from 'valibot';
import type { Metrics } from '../../orders/metrics/metrics.ts';
import { type TimedStage, timedStages } from '../../workflow/durations.ts';
import type { MetricsRecord } from '../metrics/metrics.ts';
import { providerSchema, stageSchema, timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';
import { countSchema, statistics, statisticsSchema } from './statistics.ts';

const shareSchema = v.pipe(v.number(), v.description('share of the ended orders, 0 to 1'));

const figures = {
  since: v.pipe(
    timeSchema,
    v.description('start of the period in which the counted orders were created'),
  ),
  at: timeSchema,
  source: v.pipe(
    v.picklist(['orders table', 'index of the orders table']),
    v.description('index: no permission to read the orders; no times, stages and failures'),
  ),
  newest: v.exactOptional(
    v.pipe(countSchema, v.description('number of orders read, if there are more')),
  ),
  orders: v.strictObject({
    started: countSchema,
    completed: countSchema,
    failed: countSchema,
    cancelled: countSchema,
    running: v.pipe(countSchema, v.description('excluding orders in review')),
    inReview: countSchema,
    paused: v.exactOptional(
      v.pipe(countSchema, v.description('paused orders, also counted as running or in review')),
    ),
  }),
  waiting: v.pipe(
    v.array(
      v.strictObject({
        provider: providerSchema,
        orders: countSchema,
        since: v.pipe(timeSchema, v.description('when the first of them began to wait')),
      }),
    ),
    v.description('orders that wait for a provider, also counted as running'),
  ),
  rates: v.exactOptional(
    v.strictObject({ completed: shareSchema, failed: shareSchema, cancelled: shareSchema }),
  ),
  times: v.pipe(
    v.strictObject({
      endToEnd: v.exactOptional(statisticsSchema),
      active: v.exactOptional(
        v.pipe(statisticsSchema, v.description('excluding waits and reviews')),
      ),
    }),
    v.description('durations of completed orders'),
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
      v.description("from the workflow's log, with --retries"),
    ),
  ),
  quotas: v.array(
    v.strictObject({
      quota: v.picklist(['running-executions', 'starts-a-second', 'reads-a-second']),
      by: v.pipe(v.picklist(['stack', 'program']), v.description('who uses the quota')),
      used: v.number(),
      atLeast: v.exactOptional(v.boolean()),
      limit: v.pipe(v.number(), v.description("Lambda's documented account limit")),
    }),
  ),
};

/** The data of `orders metrics --json`. */
export const metricsSchema = schemaFor<Metrics>()(v.strictObject(figures));

const version = v.literal(1);

/** A record of `orders metrics --watch --json`. */
export const metricsStreamSchema = schemaFor<MetricsRecord>()(
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
