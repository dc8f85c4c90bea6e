import * as v from 'valibot';
import type { EndRecord, ProgressRecord } from '../load-test/progress-records.ts';
import { countsSchema, loadReportSchema } from './load-test.ts';
import { timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';
import { countSchema, msSchema, statisticsSchema } from './statistics.ts';
import { exitCodeSchema } from './watch.ts';

const progressSchema = schemaFor<ProgressRecord>()(
  v.strictObject({
    type: v.literal('progress'),
    ts: timeSchema,
    phase: v.picklist(['warm-up', 'submitting', 'draining', 'judging']),
    elapsedMs: msSchema,
    planned: countSchema,
    isOpen: v.pipe(
      v.boolean(),
      v.description('whether the number of orders depends on their speed'),
    ),
    submitted: countSchema,
    running: countSchema,
    completed: countSchema,
    failed: countSchema,
    errors: v.pipe(countSchema, v.description('failed submissions')),
    throttled: countSchema,
    statuses: v.pipe(
      countsSchema,
      v.description(
        'number of orders by status; waiting: not submitted yet; refused: submission failed',
      ),
    ),
    failures: v.pipe(
      countsSchema,
      v.description('number of orders by failure code or submission error'),
    ),
    accepted: v.exactOptional(statisticsSchema),
    terminal: v.exactOptional(statisticsSchema),
    submittedPerSecond: v.pipe(v.number(), v.description('average of the last seconds')),
    endedPerSecond: v.number(),
    remainingMs: v.exactOptional(
      v.pipe(msSchema, v.description('estimated time until the end of the phase')),
    ),
    requests: v.pipe(
      v.strictObject({ lists: v.number(), items: v.number() }),
      v.description('execution lists and order items read per second'),
    ),
    gap: v.exactOptional(v.pipe(v.string(), v.description('why orders are not visible now'))),
  }),
);

const endSchema = schemaFor<EndRecord>()(
  v.strictObject({
    type: v.literal('end'),
    ts: timeSchema,
    exitCode: exitCodeSchema,
    files: v.exactOptional(v.strictObject({ html: v.string(), json: v.string() })),
    report: loadReportSchema,
  }),
);

const version = { v: v.literal(1) };

/** A record of `orders load-test --json`: progress every five seconds, then the report. */
export const loadTestSchema = v.variant('type', [
  v.strictObject({ ...version, ...progressSchema.entries }),
  v.strictObject({ ...version, ...endSchema.entries }),
]);
