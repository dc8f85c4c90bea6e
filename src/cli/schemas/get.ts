import * as v from 'valibot';
import type { OrderView } from '../../orders/lookup/get.ts';
import { schemaOf } from './agree.ts';
import {
  failureSchema,
  shownStatusSchema,
  statusSchema,
  timeSchema,
  transitionSchema,
  undoSchema,
  warningSchema,
} from './order.ts';
import { decisionSchema } from './review.ts';

const amountSchema = v.pipe(v.number(), v.description('a decimal with two places'));

const recordSchema = v.strictObject({
  orderId: v.string(),
  status: statusSchema,
  customerId: v.string(),
  customerEmail: v.string(),
  customerPhone: v.exactOptional(v.string()),
  items: v.array(
    v.strictObject({
      productId: v.string(),
      name: v.string(),
      quantity: v.number(),
      price: amountSchema,
    }),
  ),
  total: amountSchema,
  transitions: v.array(transitionSchema),
  executionArn: v.string(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  failure: v.exactOptional(failureSchema),
  undos: v.exactOptional(v.array(undoSchema)),
  warnings: v.exactOptional(v.array(warningSchema)),
  review: v.exactOptional(
    v.strictObject({
      score: v.pipe(v.number(), v.description('of the fraud check, 0 to 100')),
      requestedAt: timeSchema,
      timeoutSeconds: v.number(),
      callbackId: v.string(),
      decision: v.exactOptional(decisionSchema),
    }),
  ),
  cancelRequested: v.exactOptional(
    v.strictObject({ at: timeSchema, reason: v.exactOptional(v.string()) }),
  ),
  handOver: v.exactOptional(
    v.pipe(timeSchema, v.description('when the hand-over to the carrier began')),
  ),
  flagged: v.exactOptional(
    v.pipe(v.boolean(), v.description('its execution ended after the hand-over; look at it')),
  ),
  reservation: v.exactOptional(
    v.pipe(
      v.picklist(['held', 'released', 'handed-over']),
      v.description('what became of the stock it reserved'),
    ),
  ),
  retryOf: v.exactOptional(
    v.pipe(v.string(), v.description('the order that this one is another try of')),
  ),
  retriedAs: v.exactOptional(
    v.pipe(v.array(v.string()), v.description('the orders that are further tries of this one')),
  ),
  listing: v.pipe(v.string(), v.description('where the listing index keeps the order')),
});

/** The data of `orders get --json`. */
export const getSchema = schemaOf<OrderView>()(
  v.strictObject({
    orderId: v.string(),
    status: shownStatusSchema,
    order: v.exactOptional(v.pipe(recordSchema, v.description('absent until it is written'))),
    execution: v.exactOptional(
      v.pipe(
        v.strictObject({
          arn: v.string(),
          status: v.picklist(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'STOPPED']),
          error: v.exactOptional(v.string()),
          endedAt: v.exactOptional(timeSchema),
        }),
        v.description('of an order that has not ended'),
      ),
    ),
  }),
);
