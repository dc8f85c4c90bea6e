import * as v from 'valibot';
import type { DecisionResult, OrderInReview } from '../../orders/actions/review.ts';
import { timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';

export const decisionSchema = v.strictObject({
  decision: v.picklist(['approve', 'reject']),
  by: v.string(),
  at: timeSchema,
  note: v.optional(v.string()),
});

/** The data of `orders review approve` and `reject` with `--json`. */
export const decidedSchema = schemaFor<DecisionResult>()(
  v.strictObject({
    orderId: v.string(),
    decision: decisionSchema,
    paused: v.exactOptional(
      v.pipe(v.literal(true), v.description('it continues after it is resumed')),
    ),
  }),
);

/** The data of `orders review approve` and `reject` with `--json` if several orders are named. */
export const decidedBatchSchema = v.array(
  v.union([
    decidedSchema,
    v.strictObject({
      orderId: v.string(),
      refused: v.pipe(v.string(), v.description('reason of the refusal')),
    }),
  ]),
);

/** The data of `orders review list --json`. */
export const ordersInReviewSchema = schemaFor<readonly OrderInReview[]>()(
  v.array(
    v.strictObject({
      orderId: v.string(),
      customerId: v.string(),
      total: v.number(),
      score: v.pipe(v.number(), v.description('fraud score, 0 to 100')),
      requestedAt: timeSchema,
      dueAt: v.pipe(timeSchema, v.description('time at which it is rejected without a decision')),
    }),
  ),
);
