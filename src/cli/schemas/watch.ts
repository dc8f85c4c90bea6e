import * as v from 'valibot';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import type { EndEvent } from '../../orders/watch/events.ts';
import type { StreamRecord } from '../watch/renderers.ts';
import { logEntries } from './logs.ts';
import {
  failureSchema,
  pendingAttemptFields,
  shownStatusSchema,
  timeSchema,
  warningSchema,
} from './order.ts';
import { schemaFor } from './schema-for.ts';

const codes = Object.keys(exitCodes).map(Number) as unknown as readonly [ExitCode, ...ExitCode[]];
export const exitCodeSchema = v.picklist(codes);

const endings = [
  'completed',
  'reached',
  'failed',
  'cancelled',
  'timed-out',
  'stopped',
  'gone',
  'timeout',
  'detached',
] as const;
const endingSchema = v.pipe(
  v.picklist(endings),
  v.description(
    'reached: status of --until; timeout and detached: the watch ended, the order continues',
  ),
);

const commonFields = { v: v.literal(1), ts: timeSchema };
const orderFields = { ...commonFields, orderId: v.string() };
/** The order id is absent if several orders are watched. */
const optionalOrderFields = { ...commonFields, orderId: v.exactOptional(v.string()) };
const msSchema = v.pipe(v.number(), v.minValue(0), v.description('milliseconds of wall time'));

const resumesSchema = v.exactOptional(
  v.pipe(timeSchema, v.description('end of the wait, by its default duration')),
);
const errorSchema = v.strictObject({ type: v.string(), message: v.string() });

const endFields = {
  orderId: v.string(),
  status: shownStatusSchema,
  ending: endingSchema,
  exitCode: exitCodeSchema,
  elapsedMs: msSchema,
  failure: v.exactOptional(failureSchema),
  error: v.exactOptional(v.string()),
  warnings: v.exactOptional(v.array(warningSchema)),
  activeMs: v.exactOptional(msSchema),
  waitMs: v.exactOptional(msSchema),
  invocations: v.exactOptional(v.number()),
  attempts: v.exactOptional(
    v.pipe(v.record(v.string(), v.number()), v.description('number of attempts of retried steps')),
  ),
};

/** The outcome of an order. Also the member `end` of `orders submit --wait --json`. */
export const endSchema = schemaFor<EndEvent>()(
  v.strictObject({ type: v.literal('end'), ts: timeSchema, ...endFields }),
);

/** A record of `orders watch --json`. The last record is an `end`: of the order, or of all orders, without `orderId`. */
export const watchSchema = schemaFor<StreamRecord>()(
  v.union([
    v.strictObject({
      type: v.literal('status'),
      ...orderFields,
      from: v.exactOptional(shownStatusSchema),
      to: shownStatusSchema,
      seq: v.pipe(v.number(), v.description('1 for the first status of the order')),
      elapsedMs: v.pipe(v.number(), v.description('milliseconds since the order was created')),
      resumesAt: resumesSchema,
    }),
    v.strictObject({
      type: v.literal('step'),
      ...orderFields,
      step: v.pipe(v.string(), v.description('stage, undo or other durable step')),
      state: v.literal('failed'),
      attempt: v.number(),
      retryInMs: v.exactOptional(
        v.pipe(msSchema, v.description('delay after ts; absent if it is not retried')),
      ),
      error: errorSchema,
    }),
    v.strictObject({
      type: v.literal('step'),
      ...orderFields,
      step: v.string(),
      state: v.pipe(v.literal('succeeded'), v.description('with --detail')),
      attempt: v.number(),
    }),
    v.strictObject({
      type: v.pipe(v.literal('wait'), v.description('with --detail')),
      ...orderFields,
      step: v.string(),
      state: v.picklist(['started', 'ended']),
      until: v.exactOptional(timeSchema),
    }),
    v.strictObject({
      type: v.pipe(v.literal('waiting'), v.description('an attempt failed; the next one is later')),
      ...orderFields,
      ...pendingAttemptFields,
    }),
    v.strictObject({
      type: v.pipe(
        v.literal('invocation'),
        v.description('only failed invocations; all with --detail'),
      ),
      ...orderFields,
      n: v.pipe(v.number(), v.description('from 1')),
      replayed: v.pipe(v.number(), v.description('operations replayed from checkpoints')),
      tookMs: msSchema,
      requestId: v.exactOptional(v.string()),
      error: v.exactOptional(errorSchema),
    }),
    v.strictObject({
      type: v.pipe(v.literal('execution'), v.description('other change of its status')),
      ...orderFields,
      status: v.pipe(v.string(), v.description('as Lambda returns it, such as PAUSING')),
      reason: v.exactOptional(v.string()),
    }),
    v.strictObject({
      type: v.pipe(v.literal('paused'), v.description('no step starts until it is resumed')),
      ...orderFields,
      reason: v.exactOptional(v.string()),
    }),
    v.strictObject({
      type: v.literal('resumed'),
      ...orderFields,
      pausedMs: msSchema,
      reason: v.exactOptional(v.string()),
    }),
    v.strictObject({
      type: v.literal('stuck'),
      ...orderFields,
      invocations: v.pipe(
        v.number(),
        v.description('failed invocations since the last checkpoint'),
      ),
      since: timeSchema,
      step: v.exactOptional(v.string()),
      error: errorSchema,
    }),
    v.strictObject({
      type: v.literal('heartbeat'),
      ...orderFields,
      status: shownStatusSchema,
      resumesAt: resumesSchema,
      pausedSince: v.exactOptional(timeSchema),
    }),
    v.strictObject({
      type: v.literal('heartbeat'),
      ...commonFields,
      running: v.pipe(v.number(), v.description('number of running orders')),
      paused: v.exactOptional(v.pipe(v.number(), v.description('paused orders among them'))),
    }),
    v.strictObject({ type: v.literal('gap'), ...optionalOrderFields, reason: v.string() }),
    v.strictObject({
      type: v.literal('gap-end'),
      ...optionalOrderFields,
      lastedMs: msSchema,
      missed: v.number(),
    }),
    v.strictObject({ v: v.literal(1), ...logEntries }),
    v.strictObject({ type: v.literal('end'), ...commonFields, ...endFields }),
    v.strictObject({
      type: v.literal('end'),
      ...commonFields,
      orders: v.number(),
      endings: v.strictObject(v.entriesFromList(endings, v.exactOptional(v.number()))),
      exitCode: exitCodeSchema,
    }),
  ]),
);
