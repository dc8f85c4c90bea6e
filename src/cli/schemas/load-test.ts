import * as v from 'valibot';
import { followUntilValues } from '../../orders/load-test/follow-until.ts';
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import { failureSchema, shownStatuses, stageSchema, timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';
import { countSchema, msSchema, statisticsSchema } from './statistics.ts';

const optionalStatisticsSchema = v.exactOptional(statisticsSchema);

const timesSchema = v.strictObject({
  accepted: optionalStatisticsSchema,
  firstStatus: optionalStatisticsSchema,
  reached: optionalStatisticsSchema,
  terminal: optionalStatisticsSchema,
  active: optionalStatisticsSchema,
  wait: optionalStatisticsSchema,
  drift: optionalStatisticsSchema,
});

const toolSchema = v.strictObject({
  cpuSeconds: v.number(),
  cpuShare: v.pipe(v.number(), v.description('share of one core')),
  peakMemoryBytes: countSchema,
  eventLoopDelayMs: v.pipe(
    v.strictObject({ p99: msSchema, max: msSchema }),
    v.description('delay of the event loop'),
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
  passed: v.pipe(v.boolean(), v.description('also false if it was not checked')),
  notJudged: v.exactOptional(v.pipe(v.string(), v.description('why it was not checked'))),
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
  line: v.exactOptional(v.pipe(countSchema, v.description('line of the order in the file'))),
  total: v.pipe(v.number(), v.description('submitted total: a decimal with two places')),
  expected: v.pipe(
    v.strictObject({
      status: v.picklist(['completed', 'failed']),
      stage: v.exactOptional(stageSchema),
      code: v.exactOptional(v.string()),
    }),
    v.description('expected outcome of the sample'),
  ),
  status: v.pipe(
    v.picklist([...shownStatuses, 'unsubmitted', 'refused']),
    v.description('refused: submission failed; unsubmitted: the test stopped before'),
  ),
  submittedAt: v.exactOptional(v.pipe(timeSchema, v.description('scheduled time'))),
  executionArn: v.exactOptional(v.string()),
  failure: v.exactOptional(failureSchema),
  error: v.exactOptional(v.pipe(errorSchema, v.description('error of the submission'))),
  driftMs: v.exactOptional(
    v.pipe(msSchema, v.description('submission delay after the scheduled time')),
  ),
  acceptedMs: v.exactOptional(
    v.pipe(msSchema, v.description('from the scheduled time to acceptance')),
  ),
  firstStatusMs: v.exactOptional(
    v.pipe(msSchema, v.description('from the scheduled time to the first status')),
  ),
  reachedMs: v.exactOptional(
    v.pipe(msSchema, v.description('from the scheduled time to the status of --until')),
  ),
  terminalMs: v.exactOptional(
    v.pipe(msSchema, v.description('from the scheduled time to the end')),
  ),
  waitMs: v.exactOptional(
    v.pipe(msSchema, v.description("part of terminalMs spent in the workflow's waits")),
  ),
  activeMs: v.exactOptional(
    v.pipe(msSchema, v.description('the rest of terminalMs, including delays after waits')),
  ),
});

const setupSchema = v.pipe(
  v.strictObject({
    command: v.exactOptional(v.pipe(v.string(), v.description('repeats the test'))),
    toolVersion: v.exactOptional(v.pipe(v.string(), v.description('version of orders'))),
    environment: v.string(),
    region: v.string(),
    stack: v.string(),
    timeScale: v.pipe(v.number(), v.description('speed-up of waits; 1 on AWS')),
    waits: v.pipe(
      v.record(v.string(), msSchema),
      v.description('planned duration of each wait of the workflow'),
    ),
    functionVersions: v.pipe(
      v.record(v.string(), countSchema),
      v.description('number of orders by version of the workflow function'),
    ),
  }),
  v.description('what was tested; absent in reports of earlier versions'),
);

export const countsSchema = v.record(v.string(), countSchema);

/** The report of a load test, as written to `.orders/runs`. */
export const loadReportSchema = schemaFor<LoadReport>()(
  v.strictObject({
    passed: v.pipe(v.boolean(), v.description('whether all checks passed')),
    cut: v.exactOptional(
      v.pipe(
        v.picklist(['stopped', 'interrupted', 'timeout', 'threshold', 'killed']),
        v.description(
          'why the test stopped early; after stopped, all submitted orders have ended, otherwise the report is partial',
        ),
      ),
    ),
    setup: v.exactOptional(setupSchema),
    seed: countSchema,
    round: v.pipe(
      countSchema,
      v.description('number of tests with this seed on the stack, including this one'),
    ),
    via: v.picklist(['invoke', 'api']),
    concurrency: countSchema,
    until: v.pipe(
      v.picklist(followUntilValues),
      v.description('status up to which orders were watched'),
    ),
    rampMs: v.exactOptional(
      v.pipe(msSchema, v.description('time in which the rate rose from zero')),
    ),
    ratePerSecond: v.exactOptional(
      v.pipe(v.number(), v.description('scheduled orders per second')),
    ),
    mix: v.pipe(countsSchema, v.description('number of orders by sample')),
    startedAt: timeSchema,
    durationMs: msSchema,
    checks: v.array(checkSchema),
    times: timesSchema,
    stages: v.pipe(
      v.record(v.string(), statisticsSchema),
      v.description('by status: time since the previous status, excluding waits'),
    ),
    thresholds: v.array(
      v.strictObject({
        expression: v.string(),
        passed: v.boolean(),
        value: v.exactOptional(
          v.pipe(v.number(), v.description('milliseconds, a share from 0 to 1 or a count')),
        ),
      }),
    ),
    outcome: v.strictObject({
      planned: countSchema,
      submitted: countSchema,
      completed: countSchema,
      failed: countSchema,
      running: countSchema,
      failures: v.pipe(countsSchema, v.description('number of orders by failure code')),
      errors: v.pipe(countsSchema, v.description('number of orders by submission error')),
      throttled: v.pipe(
        countSchema,
        v.description('throttled submission attempts, also of orders that were accepted later'),
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
        'every stepMs from startedAt: orders in each status, and orders submitted and ended since the previous step',
      ),
    ),
    rate: v.strictObject({
      peakRunning: countSchema,
      completedPerSecond: v.number(),
      sentPerSecond: v.exactOptional(
        v.pipe(v.number(), v.description('average from the first to the last submission')),
      ),
      peakSent: v.exactOptional(
        v.pipe(
          v.strictObject({ orders: countSchema, atMs: msSchema }),
          v.description('the second in which most orders were submitted, from startedAt'),
        ),
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
        v.description('warm-up orders, excluded from all other statistics'),
      ),
    ),
    tool: v.pipe(toolSchema, v.description('resource use of the test process')),
    warnings: v.array(
      v.pipe(v.string(), v.description('limits of the reliability of the statistics')),
    ),
    orders: v.array(orderSchema),
  }),
);
