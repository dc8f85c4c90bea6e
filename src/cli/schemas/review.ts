import * as v from 'valibot';
import type { Decided, Parked } from '../../orders/actions/review.ts';
import { schemaOf } from './agree.ts';
import { timeSchema } from './order.ts';

export const decisionSchema = v.strictObject({
  decision: v.picklist(['approve', 'reject']),
  by: v.string(),
  at: timeSchema,
  note: v.optional(v.string()),
});

/** The data of `orders review approve` and `reject` with `--json`. */
export const decidedSchema = schemaOf<Decided>()(
  v.strictObject({ orderId: v.string(), decision: decisionSchema }),
);

/** The data of `orders review list --json`. */
export const parkedSchema = schemaOf<readonly Parked[]>()(
  v.array(
    v.strictObject({
      orderId: v.string(),
      customerId: v.string(),
      total: v.number(),
      score: v.pipe(v.number(), v.description('of the fraud check, 0 to 100')),
      requestedAt: timeSchema,
      dueAt: v.pipe(timeSchema, v.description('when it is rejected unless somebody decides')),
    }),
  ),
);
