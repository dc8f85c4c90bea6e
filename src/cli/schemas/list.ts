import * as v from 'valibot';
import type { OrderRow } from '../../orders/lookup/list.ts';
import type { ListWatchRecord } from '../list/watch-list.ts';
import {
  failureSchema,
  pendingAttemptSchema,
  stageSchema,
  statusSchema,
  timeSchema,
  warningSchema,
} from './order.ts';
import { schemaFor } from './schema-for.ts';
import { exitCodeSchema } from './watch.ts';

const rowFields = {
  orderId: v.string(),
  status: statusSchema,
  customerId: v.string(),
  total: v.pipe(v.number(), v.description('a decimal with two places')),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  execution: v.exactOptional(v.pipe(v.string(), v.description('with --paused: PAUSING or PAUSED'))),
  stage: v.exactOptional(v.pipe(stageSchema, v.description('current stage'))),
  resumesAt: v.exactOptional(
    v.pipe(timeSchema, v.description('end of the current wait, by its default duration')),
  ),
  reviewDueAt: v.exactOptional(
    v.pipe(timeSchema, v.description('time at which it is rejected without a decision')),
  ),
  waitingFor: v.exactOptional(pendingAttemptSchema),
  failure: v.exactOptional(failureSchema),
  warnings: v.exactOptional(v.array(warningSchema)),
  customerEmail: v.exactOptional(v.string()),
  customerPhone: v.exactOptional(v.string()),
};

/** The data of `orders list --json`; the cursor of the next page is in the document's `meta`. */
export const listSchema = schemaFor<readonly OrderRow[]>()(v.array(v.strictObject(rowFields)));

/** The data of `orders list --json --columns`: only the fields of the columns. */
export const listColumnsSchema = v.array(v.partial(v.strictObject(rowFields)));

const commonFields = { v: v.literal(1), ts: timeSchema };

/** One record of `orders list --watch --json`. */
export const listWatchSchema = schemaFor<ListWatchRecord>()(
  v.variant('type', [
    v.strictObject({
      ...commonFields,
      type: v.literal('order'),
      change: v.pipe(v.picklist(['listed', 'changed']), v.description('listed: added to the list')),
      ...rowFields,
    }),
    v.strictObject({
      ...commonFields,
      type: v.pipe(v.literal('gone'), v.description('no longer in the list')),
      orderId: v.string(),
    }),
    v.strictObject({ ...commonFields, type: v.literal('heartbeat'), orders: v.number() }),
    v.strictObject({ ...commonFields, type: v.literal('gap'), reason: v.string() }),
    v.strictObject({
      ...commonFields,
      type: v.literal('gap-end'),
      lastedMs: v.number(),
      missed: v.number(),
    }),
    v.strictObject({
      ...commonFields,
      type: v.literal('end'),
      orders: v.pipe(v.number(), v.description('orders in the list at the end')),
      exitCode: exitCodeSchema,
    }),
  ]),
);
