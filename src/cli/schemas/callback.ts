import * as v from 'valibot';
import type { Answered, PendingCallback } from '../../orders/actions/callbacks.ts';
import { schemaOf } from './agree.ts';
import { timeSchema } from './order.ts';

/** The data of `orders callback list --json`. */
export const callbacksSchema = schemaOf<readonly PendingCallback[]>()(
  v.array(
    v.strictObject({
      orderId: v.string(),
      step: v.pipe(v.string(), v.description('the name of the durable operation')),
      waitsSince: timeSchema,
      timesOutAt: v.exactOptional(timeSchema),
      heartbeatSeconds: v.exactOptional(
        v.pipe(v.number(), v.description('a heartbeat is due so often')),
      ),
    }),
  ),
);

/** The data of `orders callback succeed`, `fail` and `heartbeat` with `--json`. */
export const answeredSchema = schemaOf<Answered>()(
  v.strictObject({
    orderId: v.string(),
    step: v.string(),
    answer: v.picklist(['succeed', 'fail', 'heartbeat']),
  }),
);
