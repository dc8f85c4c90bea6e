import * as v from 'valibot';
import { goals } from '../../orders/load-test/follow-until.ts';
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import { schemaOf } from './agree.ts';
import { failureSchema, shownStatuses, stageSchema, timeSchema } from './order.ts';
import { countSchema, msSchema, statisticsSchema } from './statistics.ts';

const someStatisticsSchema = v.exactOptional(statisticsSchema);

const timesSchema = v.strictObject({
  accepted: someStatisticsSchema,
  firstStatus: someStatisticsSchema,
  reached: someStatisticsSchema,
  terminal: someStatisticsSchema,
  active: someStatisticsSchema,
  wait: someStatisticsSchema,
  drift: someStatisticsSchema,
});

const toolSchema = v.strictObject({
  cpuSeconds: v.number(),
  cpuShare: v.pipe(v.number(), v.description('of one core, 0 to 1')),
  peakMemoryBytes: countSchema,
  eventLoopDelayMs: v.pipe(
    v.strictObject({ p99: msSchema, max: msSchema }),
    v.description('how late it got to what was due'),
  ),
});

const checkSchema = v.strictObject({
  id: v.picklist([
    'accepted',
    'ended',
    'not-lost',
    'not-doubled',
    'own-data',
    'transitions',
    'credit-check',
    'payments',
    'stock',
    'points',
  ]),
  passed: v.pipe(v.boolean(), v.description('false also where it could not be judged')),
  notJudged: v.exactOptional(v.pipe(v.string(), v.description('why it could not be judged'))),
  detail: v.string(),
  faults: v.array(
    v.strictObject({
      orderId: v.exactOptional(v.string()),
      productId: v.exactOptional(v.string()),
      message: v.string(),
    }),
  ),
});

const errorSchema = v.strictObject({ name: v.string(), message: v.string() });

const orderSchema = v.strictObject({
  orderId: v.string(),
  sample: v.string(),
  line: v.exactOptional(v.pipe(countSchema, v.description('of the file that it is from'))),
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
  submittedAt: v.exactOptional(v.pipe(timeSchema, v.description('when it was due'))),
  executionArn: v.exactOptional(v.string()),
  failure: v.exactOptional(failureSchema),
  error: v.exactOptional(v.pipe(errorSchema, v.description('why it could not be submitted'))),
  driftMs: v.exactOptional(v.pipe(msSchema, v.description('how much later than due it was sent'))),
  acceptedMs: v.exactOptional(
    v.pipe(msSchema, v.description('from when it was due to acceptance')),
  ),
  firstStatusMs: v.exactOptional(v.pipe(msSchema, v.description('the same to its first status'))),
  reachedMs: v.exactOptional(v.pipe(msSchema, v.description('the same to the status of --until'))),
  terminalMs: v.exactOptional(v.pipe(msSchema, v.description('the same to its end'))),
  waitMs: v.exactOptional(v.pipe(msSchema, v.description("of that, the workflow's waits"))),
  activeMs: v.exactOptional(
    v.pipe(msSchema, v.description('the rest, with what waits took longer than they should')),
  ),
});

export const countsSchema = v.record(v.string(), countSchema);

/** The report of a load test, as it is kept under `.orders/runs`. */
export const loadReportSchema = schemaOf<LoadReport>()(
  v.strictObject({
    passed: v.pipe(v.boolean(), v.description('whether every check passed')),
    cut: v.exactOptional(
      v.pipe(
        v.picklist(['stopped', 'interrupted', 'timeout', 'threshold', 'killed']),
        v.description(
          'stopped: fewer orders were submitted, all of them followed to their ends; else why the report is partial',
        ),
      ),
    ),
    seed: countSchema,
    round: v.pipe(
      countSchema,
      v.description('how often the seed was used there, this time included'),
    ),
    via: v.picklist(['invoke', 'api']),
    concurrency: countSchema,
    until: v.pipe(v.picklist(goals), v.description('how far orders were followed')),
    rampMs: v.exactOptional(
      v.pipe(msSchema, v.description('how long the rate took to rise from nothing')),
    ),
    ratePerSecond: v.exactOptional(
      v.pipe(v.number(), v.description('orders a second that were to be sent, on schedule')),
    ),
    mix: v.pipe(countsSchema, v.description('sample -> orders')),
    startedAt: timeSchema,
    durationMs: msSchema,
    checks: v.array(checkSchema),
    times: timesSchema,
    stages: v.pipe(
      v.record(v.string(), statisticsSchema),
      v.description('status -> from the status before it to this one, without waits'),
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
      throttled: v.pipe(
        countSchema,
        v.description('tries to submit that were refused as too much, of orders taken later too'),
      ),
      throttledOrders: countSchema,
    }),
    timeline: v.pipe(
      v.strictObject({
        stepMs: msSchema,
        statuses: v.record(v.string(), v.array(countSchema)),
        submitted: v.array(countSchema),
        completed: v.array(countSchema),
        failed: v.array(countSchema),
      }),
      v.description(
        'every stepMs from startedAt: how many orders were in which status, and how many were submitted and ended since the moment before',
      ),
    ),
    rate: v.strictObject({
      peakRunning: countSchema,
      completedPerSecond: v.number(),
      sentPerSecond: v.exactOptional(
        v.pipe(v.number(), v.description('from the first order that was sent to the last')),
      ),
    }),
    warmUp: v.exactOptional(
      v.pipe(
        v.strictObject({
          submitted: countSchema,
          completed: countSchema,
          failed: countSchema,
          errors: countsSchema,
          times: timesSchema,
        }),
        v.description('orders before the measured ones, in no other figure'),
      ),
    ),
    tool: v.pipe(toolSchema, v.description('what the test itself took of its machine')),
    warnings: v.array(v.pipe(v.string(), v.description('what makes the figures doubtful'))),
    orders: v.array(orderSchema),
  }),
);
