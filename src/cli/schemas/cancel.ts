import * as v from 'valibot';
import type { CancelOutcome } from '../orders/cancel.ts';
import { statusSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders cancel --json`. */
export const cancelSchema = schemaFor<readonly CancelOutcome[]>()(
  v.array(
    v.strictObject({
      orderId: v.string(),
      result: v.pipe(
        v.picklist(['requested', 'stopped', 'refused']),
        v.description(
          'requested: takes effect at the next stage; stopped: recovery undoes its steps',
        ),
      ),
      status: v.exactOptional(
        v.pipe(statusSchema, v.description('status at the request; terminal status with --wait')),
      ),
      message: v.exactOptional(v.pipe(v.string(), v.description('reason of the refusal'))),
    }),
  ),
);
