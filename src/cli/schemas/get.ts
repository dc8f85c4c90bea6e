import * as v from 'valibot';
import type { OrderView } from '../../orders/lookup/get.ts';
import {
  failureSchema,
  pendingAttemptSchema,
  providerSchema,
  shownStatusSchema,
  statusSchema,
  stepSchema,
  timeSchema,
  transitionSchema,
  undoSchema,
  warningSchema,
} from './order.ts';
import { decisionSchema } from './review.ts';
import { schemaFor } from './schema-for.ts';

/** A status of an execution. */
export const executionStatusSchema = v.pipe(
  v.string(),
  v.description(
    'RUNNING, PAUSING, PAUSED, SUCCEEDED, FAILED, TIMED_OUT, STOPPED, DELETING, or a status that is new in Lambda',
  ),
);

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
      score: v.pipe(v.number(), v.description('fraud score, 0 to 100')),
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
    v.pipe(timeSchema, v.description('start of the hand-over to the carrier')),
  ),
  flagged: v.exactOptional(
    v.pipe(v.boolean(), v.description('needs attention: it failed during or after the hand-over')),
  ),
  reservation: v.exactOptional(
    v.pipe(
      v.picklist(['held', 'released', 'handed-over']),
      v.description('state of the reserved stock'),
    ),
  ),
  reservedFrom: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ productId: v.string(), shard: v.number(), quantity: v.number() })),
      v.description('shards of the stock from which units were reserved; absent: shard 0'),
    ),
  ),
  calls: v.exactOptional(
    v.pipe(v.array(stepSchema), v.description('stages whose simulated call took effect')),
  ),
  waitingFor: v.exactOptional(
    v.pipe(
      v.strictObject({
        provider: providerSchema,
        stage: stepSchema,
        attempt: v.pipe(v.number(), v.description('number of the next attempt')),
        failedAt: timeSchema,
        delaySeconds: v.pipe(v.number(), v.description('virtual time on the local runtime')),
      }),
      v.description('provider that is unavailable'),
    ),
  ),
  waitingSince: v.exactOptional(timeSchema),
  retryOf: v.exactOptional(v.pipe(v.string(), v.description('original of this retry'))),
  retriedAs: v.exactOptional(v.pipe(v.array(v.string()), v.description('retries of this order'))),
  path: v.exactOptional(
    v.pipe(
      v.array(v.string()),
      v.description('statuses of the workflow that the order runs; absent: the original workflow'),
    ),
  ),
  listing: v.pipe(v.string(), v.description('partition key of the listing index')),
});

/** The data of `orders get --json`. */
export const getSchema = schemaFor<OrderView>()(
  v.strictObject({
    orderId: v.string(),
    status: shownStatusSchema,
    order: v.exactOptional(
      v.pipe(recordSchema, v.description('absent before the order is written')),
    ),
    execution: v.exactOptional(
      v.pipe(
        v.strictObject({
          arn: v.string(),
          status: executionStatusSchema,
          error: v.exactOptional(v.string()),
          endedAt: v.exactOptional(timeSchema),
          pause: v.exactOptional(
            v.pipe(
              v.strictObject({
                requestedAt: v.exactOptional(timeSchema),
                reason: v.exactOptional(v.string()),
              }),
              v.description('the request that paused it'),
            ),
          ),
        }),
        v.description('only for a running order'),
      ),
    ),
    waitingFor: v.exactOptional(pendingAttemptSchema),
  }),
);
