import * as v from 'valibot';
import type { OrderRow } from '../../orders/lookup/list.ts';
import type { ListWatchRecord } from '../list/watch-list.ts';
import { schemaOf } from './agree.ts';
import { failureSchema, stageSchema, statusSchema, timeSchema, warningSchema } from './order.ts';
import { exitCodeSchema } from './watch.ts';

const rowFields = {
  orderId: v.string(),
  status: statusSchema,
  customerId: v.string(),
  total: v.pipe(v.number(), v.description('a decimal with two places')),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  stage: v.exactOptional(v.pipe(stageSchema, v.description('the stage at work'))),
  resumesAt: v.exactOptional(
    v.pipe(timeSchema, v.description('when the wait at work is over, by its default length')),
  ),
  failure: v.exactOptional(failureSchema),
  warnings: v.exactOptional(v.array(warningSchema)),
};

/** The data of `orders list --json`; the cursor of the next page is in the document's `meta`. */
export const listSchema = schemaOf<readonly OrderRow[]>()(v.array(v.strictObject(rowFields)));

const common = { v: v.literal(1), ts: timeSchema };

/** One record of `orders list --watch --json`. */
export const listWatchSchema = schemaOf<ListWatchRecord>()(
  v.variant('type', [
    v.strictObject({
      ...common,
      type: v.literal('order'),
      change: v.pipe(v.picklist(['listed', 'changed']), v.description('listed: new in the list')),
      ...rowFields,
    }),
    v.strictObject({
      ...common,
      type: v.pipe(v.literal('gone'), v.description('no longer in the list')),
      orderId: v.string(),
    }),
    v.strictObject({ ...common, type: v.literal('heartbeat'), orders: v.number() }),
    v.strictObject({ ...common, type: v.literal('gap'), reason: v.string() }),
    v.strictObject({
      ...common,
      type: v.literal('gap-end'),
      lastedMs: v.number(),
      missed: v.number(),
    }),
    v.strictObject({
      ...common,
      type: v.literal('end'),
      orders: v.pipe(v.number(), v.description('in the list at the end')),
      exitCode: exitCodeSchema,
    }),
  ]),
);
