import * as v from 'valibot';
import type { OrderRow } from '../../orders/list.ts';
import { schemaOf } from './agree.ts';
import { failureSchema, stageSchema, statusSchema, timeSchema, warningSchema } from './order.ts';

/** The data of `orders list --json`; the cursor of the next page is in the document's `meta`. */
export const listSchema = schemaOf<readonly OrderRow[]>()(
  v.array(
    v.strictObject({
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
    }),
  ),
);
