import * as v from 'valibot';
import { orderSchema } from '../../../functions/contract/order.ts';
import type { Submitted } from '../../orders/actions/submit.ts';
import type { EndEvent } from '../../orders/watch/events.ts';
import { timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';
import { endSchema } from './watch.ts';

/** The data of `orders submit --json`. With `--watch`, it writes the records of `orders watch`. */
export const submitSchema = schemaFor<Submitted & { readonly end?: EndEvent }>()(
  v.strictObject({
    orderId: v.string(),
    customerId: v.string(),
    lines: v.pipe(v.number(), v.description('number of order lines')),
    total: v.pipe(v.number(), v.description('a decimal with two places')),
    executionArn: v.exactOptional(
      v.pipe(v.string(), v.description('absent for an order submitted through the API')),
    ),
    submittedAt: timeSchema,
    end: v.exactOptional(v.pipe(endSchema, v.description('outcome, with --wait'))),
  }),
);

/** The data of `orders submit --dry-run --json`: the event that would be sent. */
export const submitDryRunSchema = v.strictObject({ orderId: v.string(), order: orderSchema });
