import * as v from 'valibot';
import type { historyData } from '../history/history.ts';
import { schemaOf } from './agree.ts';
import { timeSchema } from './order.ts';

const msSchema = v.pipe(v.number(), v.description('milliseconds since the execution began'));
const errorSchema = v.strictObject({ type: v.string(), message: v.string() });

/** One event of the history; what `orders history --follow --json` has in each record's `event`. */
const historyEventSchema = v.strictObject({
  seq: v.pipe(v.number(), v.description('position in the history, from 1')),
  type: v.string(),
  at: timeSchema,
  id: v.exactOptional(v.string()),
  name: v.exactOptional(v.string()),
  attempt: v.exactOptional(v.number()),
  retryInMs: v.exactOptional(v.number()),
  waitMs: v.exactOptional(v.number()),
  error: v.exactOptional(errorSchema),
  startedAt: v.exactOptional(timeSchema),
  requestId: v.exactOptional(v.string()),
  payload: v.exactOptional(v.pipe(v.string(), v.description('with --data only'))),
});

const stateSchema = v.picklist(['running', 'succeeded', 'failed', 'timed-out', 'stopped']);

/** The data of `orders history --json`. */
export const historySchema = schemaOf<ReturnType<typeof historyData>>()(
  v.strictObject({
    orderId: v.string(),
    executionArn: v.string(),
    version: v.exactOptional(v.string()),
    state: stateSchema,
    startedAt: timeSchema,
    totalMs: v.number(),
    activeMs: v.pipe(v.number(), v.description('inside an invocation')),
    waitingMs: v.pipe(v.number(), v.description('the rest: no compute')),
    retries: v.number(),
    operations: v.number(),
    error: v.exactOptional(errorSchema),
    spans: v.array(
      v.strictObject({
        name: v.string(),
        kind: v.picklist(['step', 'wait', 'context', 'callback', 'invoke']),
        state: v.picklist(['running', 'waiting', 'succeeded', 'failed', 'cancelled']),
        startMs: msSchema,
        endMs: v.exactOptional(msSchema),
        waitMs: v.exactOptional(
          v.pipe(v.number(), v.description("in the execution's own time, which may pass faster")),
        ),
        skipped: v.exactOptional(v.string()),
        attempts: v.array(
          v.strictObject({
            number: v.number(),
            startMs: msSchema,
            endMs: v.exactOptional(msSchema),
            error: v.exactOptional(errorSchema),
            retryInMs: v.exactOptional(v.number()),
          }),
        ),
      }),
    ),
    invocations: v.array(
      v.strictObject({
        number: v.number(),
        startMs: msSchema,
        endMs: msSchema,
        requestId: v.exactOptional(v.string()),
        error: v.exactOptional(errorSchema),
      }),
    ),
    cuts: v.array(v.strictObject({ fromMs: msSchema, toMs: msSchema })),
    events: v.exactOptional(
      v.pipe(v.array(historyEventSchema), v.description('with --data or --view events')),
    ),
  }),
);

/** A record of `orders history --follow --json`. */
export const historyStreamSchema = v.variant('type', [
  v.strictObject({
    v: v.literal(1),
    type: v.literal('event'),
    orderId: v.string(),
    event: historyEventSchema,
  }),
  v.strictObject({
    v: v.literal(1),
    type: v.literal('end'),
    orderId: v.string(),
    state: stateSchema,
    events: v.number(),
    exitCode: v.picklist([0, 124, 130, 143]),
  }),
]);
