import * as v from 'valibot';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import type { EndEvent } from '../../orders/watch/events.ts';
import type { StreamRecord } from '../watch/renderers.ts';
import { schemaOf } from './agree.ts';
import { logEntries } from './logs.ts';
import { failureSchema, shownStatusSchema, timeSchema, warningSchema } from './order.ts';

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
    'reached: the status of --until; timeout and detached: nobody looks any more, and the order goes on',
  ),
);

const common = { v: v.literal(1), ts: timeSchema };
const one = { ...common, orderId: v.string() };
/** Absent where several orders are watched. */
const maybeOne = { ...common, orderId: v.exactOptional(v.string()) };
const msSchema = v.pipe(v.number(), v.minValue(0), v.description('milliseconds of wall time'));

const resumesSchema = v.exactOptional(
  v.pipe(timeSchema, v.description('when the wait is over, by its default length')),
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
    v.pipe(
      v.record(v.string(), v.number()),
      v.description('of the steps that took more than one attempt'),
    ),
  ),
};

/** How an order ended, as `orders submit --wait --json` has it. */
export const endSchema = schemaOf<EndEvent>()(
  v.strictObject({ type: v.literal('end'), ts: timeSchema, ...endFields }),
);

/** A record of `orders watch --json`. The last is an `end`: of the order, or without `orderId` of several together. */
export const watchSchema = schemaOf<StreamRecord>()(
  v.union([
    v.strictObject({
      type: v.literal('status'),
      ...one,
      from: v.exactOptional(shownStatusSchema),
      to: shownStatusSchema,
      seq: v.pipe(v.number(), v.description('1 for the first status of the order')),
      elapsedMs: v.pipe(v.number(), v.description('milliseconds since the order was created')),
      resumesAt: resumesSchema,
    }),
    v.strictObject({
      type: v.literal('step'),
      ...one,
      step: v.pipe(v.string(), v.description('a stage, an undo, or another durable step')),
      state: v.literal('failed'),
      attempt: v.number(),
      retryInMs: v.exactOptional(
        v.pipe(msSchema, v.description('from ts on; absent when it is not tried again')),
      ),
      error: errorSchema,
    }),
    v.strictObject({
      type: v.literal('step'),
      ...one,
      step: v.string(),
      state: v.pipe(v.literal('succeeded'), v.description('with --detail')),
      attempt: v.number(),
    }),
    v.strictObject({
      type: v.pipe(v.literal('wait'), v.description('with --detail')),
      ...one,
      step: v.string(),
      state: v.picklist(['started', 'ended']),
      until: v.exactOptional(timeSchema),
    }),
    v.strictObject({
      type: v.pipe(
        v.literal('invocation'),
        v.description('one that failed; with --detail every one'),
      ),
      ...one,
      n: v.pipe(v.number(), v.description('from 1')),
      replayed: v.pipe(v.number(), v.description('operations that it found done')),
      tookMs: msSchema,
      requestId: v.exactOptional(v.string()),
      error: v.exactOptional(errorSchema),
    }),
    v.strictObject({
      type: v.literal('stuck'),
      ...one,
      invocations: v.pipe(v.number(), v.description('that failed since the last checkpoint')),
      since: timeSchema,
      step: v.exactOptional(v.string()),
      error: errorSchema,
    }),
    v.strictObject({
      type: v.literal('heartbeat'),
      ...one,
      status: shownStatusSchema,
      resumesAt: resumesSchema,
    }),
    v.strictObject({
      type: v.literal('heartbeat'),
      ...common,
      running: v.pipe(v.number(), v.description('how many of several orders have not ended')),
    }),
    v.strictObject({ type: v.literal('gap'), ...maybeOne, reason: v.string() }),
    v.strictObject({
      type: v.literal('gap-end'),
      ...maybeOne,
      lastedMs: msSchema,
      missed: v.number(),
    }),
    v.strictObject({ v: v.literal(1), ...logEntries }),
    v.strictObject({ type: v.literal('end'), ...common, ...endFields }),
    v.strictObject({
      type: v.literal('end'),
      ...common,
      orders: v.number(),
      endings: v.strictObject(v.entriesFromList(endings, v.exactOptional(v.number()))),
      exitCode: exitCodeSchema,
    }),
  ]),
);
