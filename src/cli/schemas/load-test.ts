import * as v from 'valibot';
import type { LoadReport } from '../../orders/load-test/report.ts';
import { schemaOf } from './agree.ts';
import { failureSchema, shownStatuses, stageSchema, timeSchema } from './order.ts';

const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
const msSchema = v.pipe(v.number(), v.minValue(0), v.description('milliseconds of wall time'));
const percentileSchema = v.exactOptional(
  v.pipe(msSchema, v.description('from 20 measurements on')),
);

const filledStatisticsSchema = v.strictObject({
  n: countSchema,
  min: msSchema,
  median: msSchema,
  p95: percentileSchema,
  p99: percentileSchema,
  max: msSchema,
});
const statisticsSchema = v.exactOptional(filledStatisticsSchema);

const checkSchema = v.strictObject({
  id: v.picklist([
    'accepted',
    'ended',
    'not-lost',
    'not-doubled',
    'own-data',
    'transitions',
    'credit-check',
  ]),
  passed: v.boolean(),
  detail: v.string(),
  faults: v.array(v.strictObject({ orderId: v.string(), message: v.string() })),
});

const errorSchema = v.strictObject({ name: v.string(), message: v.string() });

const orderSchema = v.strictObject({
  orderId: v.string(),
  sample: v.string(),
  total: v.pipe(v.number(), v.description('as submitted: a decimal with two places')),
  expected: v.pipe(
    v.strictObject({
      status: v.picklist(['completed', 'failed']),
      stage: v.exactOptional(stageSchema),
      code: v.exactOptional(v.string()),
    }),
    v.description('the end that its sample asks for'),
  ),
  status: v.pipe(
    v.picklist([...shownStatuses, 'unsubmitted', 'refused']),
    v.description('refused: it could not be submitted; unsubmitted: the test was cut before'),
  ),
  submittedAt: v.exactOptional(timeSchema),
  executionArn: v.exactOptional(v.string()),
  failure: v.exactOptional(failureSchema),
  error: v.exactOptional(v.pipe(errorSchema, v.description('why it could not be submitted'))),
  acceptedMs: v.exactOptional(v.pipe(msSchema, v.description('from submission to acceptance'))),
  terminalMs: v.exactOptional(v.pipe(msSchema, v.description('from submission to its end'))),
  activeMs: v.exactOptional(v.pipe(msSchema, v.description('the same without the waits'))),
});

const countsSchema = v.record(v.string(), countSchema);

/** The data of `orders load-test --json`. */
export const loadTestSchema = schemaOf<LoadReport>()(
  v.strictObject({
    passed: v.pipe(v.boolean(), v.description('whether every check passed')),
    cut: v.exactOptional(
      v.pipe(
        v.picklist(['interrupted', 'timeout']),
        v.description('why the report is partial; absent when every order was followed to its end'),
      ),
    ),
    seed: countSchema,
    round: v.pipe(
      countSchema,
      v.description('how often the seed was used there, this time included'),
    ),
    via: v.picklist(['invoke', 'api']),
    concurrency: countSchema,
    ratePerSecond: v.exactOptional(
      v.pipe(v.number(), v.description('orders a second that were to be sent, on schedule')),
    ),
    mix: v.pipe(countsSchema, v.description('sample -> orders')),
    startedAt: timeSchema,
    durationMs: msSchema,
    checks: v.array(checkSchema),
    times: v.strictObject({
      accepted: statisticsSchema,
      terminal: statisticsSchema,
      active: statisticsSchema,
      drift: statisticsSchema,
    }),
    stages: v.pipe(
      v.record(v.string(), filledStatisticsSchema),
      v.description('status -> from the status before it to this one'),
    ),
    thresholds: v.array(
      v.strictObject({
        expression: v.string(),
        passed: v.boolean(),
        value: v.exactOptional(
          v.pipe(v.number(), v.description('milliseconds, a share from 0 to 1, or a count')),
        ),
      }),
    ),
    outcome: v.strictObject({
      planned: countSchema,
      submitted: countSchema,
      completed: countSchema,
      failed: countSchema,
      running: countSchema,
      failures: v.pipe(countsSchema, v.description('code of the failure -> orders')),
      errors: v.pipe(countsSchema, v.description('name of the error at submission -> orders')),
      throttled: countSchema,
    }),
    rate: v.strictObject({ peakRunning: countSchema, completedPerSecond: v.number() }),
    orders: v.array(orderSchema),
  }),
);
