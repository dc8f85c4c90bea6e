import * as v from 'valibot';
import type { toHistoryData } from '../history/history.ts';
import { timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';

const msSchema = v.pipe(v.number(), v.description('milliseconds since the start of the execution'));
const errorSchema = v.strictObject({ type: v.string(), message: v.string() });

/** One event of the history. Also the member `event` of the records of `orders history --follow --json`. */
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
  reason: v.exactOptional(v.pipe(v.string(), v.description('why it was paused or resumed'))),
});

const stateSchema = v.picklist(['running', 'succeeded', 'failed', 'timed-out', 'stopped']);

/** The data of `orders history --json`. */
export const historySchema = schemaFor<ReturnType<typeof toHistoryData>>()(
  v.strictObject({
    orderId: v.string(),
    executionArn: v.string(),
    version: v.exactOptional(v.string()),
    state: stateSchema,
    startedAt: timeSchema,
    totalMs: v.number(),
    activeMs: v.pipe(v.number(), v.description('time within invocations')),
    waitingMs: v.pipe(v.number(), v.description('time between invocations')),
    retries: v.number(),
    operations: v.number(),
    error: v.exactOptional(errorSchema),
    missingPermissions: v.exactOptional(
      v.pipe(
        v.array(
          v.strictObject({
            action: v.string(),
            resource: v.string(),
            explicit: v.pipe(v.boolean(), v.description('whether a policy denies it explicitly')),
          }),
        ),
        v.description('permissions that the role of the function lacks'),
      ),
    ),
    spans: v.array(
      v.strictObject({
        name: v.string(),
        kind: v.picklist(['step', 'wait', 'context', 'callback', 'invoke']),
        state: v.picklist(['running', 'waiting', 'succeeded', 'failed', 'cancelled']),
        startMs: msSchema,
        endMs: v.exactOptional(msSchema),
        waitMs: v.exactOptional(
          v.pipe(
            v.number(),
            v.description('in virtual time, which may pass faster than wall time'),
          ),
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
    pauses: v.exactOptional(
      v.array(
        v.strictObject({
          startMs: msSchema,
          endMs: v.exactOptional(msSchema),
          reason: v.exactOptional(v.string()),
        }),
      ),
    ),
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
