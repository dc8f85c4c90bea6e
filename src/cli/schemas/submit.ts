import * as v from 'valibot';
import type { Submitted } from '../../orders/actions/submit.ts';
import type { EndEvent } from '../../orders/watch/events.ts';
import { schemaOf } from './agree.ts';
import { timeSchema } from './order.ts';
import { endSchema } from './watch.ts';

/** The data of `orders submit --json`; its records with `--watch` are those of `orders watch`. */
export const submitSchema = schemaOf<Submitted & { readonly end?: EndEvent }>()(
  v.strictObject({
    orderId: v.string(),
    customerId: v.string(),
    lines: v.pipe(v.number(), v.description('how many items the order has')),
    total: v.pipe(v.number(), v.description('a decimal with two places')),
    executionArn: v.exactOptional(
      v.pipe(v.string(), v.description('absent for an order that went through the API')),
    ),
    submittedAt: timeSchema,
    end: v.exactOptional(v.pipe(endSchema, v.description('how it ended, with --wait'))),
  }),
);
