import * as v from 'valibot';
import { orderSchema } from '../../../functions/contract/order.ts';
import type { Submitted } from '../../orders/actions/submit.ts';
import type { BatchResult } from '../../orders/actions/submit-batch.ts';
import type { EndEvent } from '../../orders/watch/events.ts';
import { timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';
import { endSchema } from './watch.ts';

const submittedFields = {
  orderId: v.string(),
  customerId: v.string(),
  lines: v.pipe(v.number(), v.description('number of order lines')),
  total: v.pipe(v.number(), v.description('a decimal with two places')),
  executionArn: v.exactOptional(
    v.pipe(v.string(), v.description('absent for an order submitted through the API')),
  ),
  submittedAt: timeSchema,
  created: v.exactOptional(
    v.pipe(v.boolean(), v.description('false if the order existed; absent if unknown')),
  ),
};

/** The data of `orders submit --json`. With `--watch`, it writes the records of `orders watch`. */
export const submitSchema = schemaFor<Submitted & { readonly end?: EndEvent }>()(
  v.strictObject({
    ...submittedFields,
    end: v.exactOptional(v.pipe(endSchema, v.description('outcome, with --wait'))),
  }),
);

const line = v.pipe(v.number(), v.description('line of the file on which the order starts'));
/** The data of `orders submit --json` for a file with several orders. */
export const submitBatchSchema = schemaFor<readonly BatchResult[]>()(
  v.array(
    v.union([
      v.strictObject({ line, ...submittedFields }),
      v.strictObject({
        line,
        orderId: v.string(),
        error: v.strictObject({ code: v.string(), message: v.string(), exit: v.number() }),
      }),
    ]),
  ),
);

const eventSchema = v.strictObject({ orderId: v.string(), order: orderSchema });

/** The data of `orders submit --dry-run --json`: the events that would be sent. */
export const submitDryRunSchema = v.union([eventSchema, v.array(eventSchema)]);
