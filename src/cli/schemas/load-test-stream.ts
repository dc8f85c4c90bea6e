import * as v from 'valibot';
import type { EndRecord, ProgressRecord } from '../load-test/ndjson-records.ts';
import { schemaOf } from './agree.ts';
import { countsSchema, loadReportSchema } from './load-test.ts';
import { timeSchema } from './order.ts';
import { countSchema, msSchema, statisticsSchema } from './statistics.ts';
import { exitCodeSchema } from './watch.ts';

const progressSchema = schemaOf<ProgressRecord>()(
  v.strictObject({
    type: v.literal('progress'),
    ts: timeSchema,
    phase: v.picklist(['warm-up', 'submitting', 'draining', 'judging']),
    elapsedMs: msSchema,
    planned: countSchema,
    isOpen: v.pipe(
      v.boolean(),
      v.description('whether more are sent, as many as there is time for'),
    ),
    submitted: countSchema,
    running: countSchema,
    completed: countSchema,
    failed: countSchema,
    errors: v.pipe(countSchema, v.description('orders that could not be submitted')),
    throttled: countSchema,
    statuses: v.pipe(
      countsSchema,
      v.description('status -> orders; waiting: not submitted yet; refused: could not be'),
    ),
    failures: v.pipe(
      countsSchema,
      v.description('code of a failure, or name of an error at submission -> orders'),
    ),
    accepted: v.exactOptional(statisticsSchema),
    terminal: v.exactOptional(statisticsSchema),
    submittedPerSecond: v.pipe(v.number(), v.description('over the last seconds')),
    endedPerSecond: v.number(),
    remainingMs: v.exactOptional(
      v.pipe(msSchema, v.description('how long until the phase is over, as far as that is known')),
    ),
    requests: v.pipe(
      v.strictObject({ lists: v.number(), items: v.number() }),
      v.description('listings of executions and items of orders read a second'),
    ),
    gap: v.exactOptional(v.pipe(v.string(), v.description('why orders cannot be seen now'))),
  }),
);

const endSchema = schemaOf<EndRecord>()(
  v.strictObject({
    type: v.literal('end'),
    ts: timeSchema,
    exitCode: exitCodeSchema,
    files: v.exactOptional(v.strictObject({ html: v.string(), json: v.string() })),
    report: loadReportSchema,
  }),
);

const version = { v: v.literal(1) };

/** A record of `orders load-test --json`: where it is every five seconds, and the verdict last. */
export const loadTestSchema = v.variant('type', [
  v.strictObject({ ...version, ...progressSchema.entries }),
  v.strictObject({ ...version, ...endSchema.entries }),
]);
