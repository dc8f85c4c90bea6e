import * as v from 'valibot';
import type { PendingCallback, RespondResult } from '../../orders/actions/callbacks.ts';
import { timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders callback list --json`. */
export const callbacksSchema = schemaFor<readonly PendingCallback[]>()(
  v.array(
    v.strictObject({
      orderId: v.string(),
      step: v.pipe(v.string(), v.description('name of the durable operation')),
      waitsSince: timeSchema,
      timesOutAt: v.exactOptional(timeSchema),
      heartbeatSeconds: v.exactOptional(v.pipe(v.number(), v.description('heartbeat timeout'))),
    }),
  ),
);

/** The data of `orders callback succeed`, `fail` and `heartbeat` with `--json`. */
export const respondedSchema = schemaFor<RespondResult>()(
  v.strictObject({
    orderId: v.string(),
    step: v.string(),
    answer: v.picklist(['succeed', 'fail', 'heartbeat']),
    paused: v.exactOptional(
      v.pipe(v.literal(true), v.description('it continues after it is resumed')),
    ),
  }),
);
