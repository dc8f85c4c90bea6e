import * as v from 'valibot';
import type { Cancelled } from '../orders/cancel.ts';
import { schemaOf } from './agree.ts';
import { statusSchema } from './order.ts';

/** The data of `orders cancel --json`. */
export const cancelSchema = schemaOf<readonly Cancelled[]>()(
  v.array(
    v.strictObject({
      orderId: v.string(),
      result: v.pipe(
        v.picklist(['requested', 'stopped', 'refused']),
        v.description('requested: it notices at its next stage; stopped: recovery undoes'),
      ),
      status: v.exactOptional(
        v.pipe(statusSchema, v.description('where it was, or with --wait how it ended')),
      ),
      message: v.exactOptional(v.pipe(v.string(), v.description('why it was refused'))),
    }),
  ),
);
