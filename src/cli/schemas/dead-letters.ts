import * as v from 'valibot';
import type { Examined, Redriven } from '../../orders/dead-letters/redrive.ts';
import { schemaOf } from './agree.ts';
import { statusSchema, timeSchema } from './order.ts';

const because = v.pipe(v.string(), v.description('in words'));

/** The data of `orders dead-letters list --json`. */
export const deadLettersSchema = schemaOf<readonly Examined[]>()(
  v.array(
    v.strictObject({
      messageId: v.string(),
      from: v.pipe(
        v.picklist(['workflow', 'recovery', 'unknown']),
        v.description('whose event it is'),
      ),
      orderId: v.exactOptional(v.string()),
      status: v.exactOptional(v.pipe(statusSchema, v.description('of the order now'))),
      sentAt: timeSchema,
      why: v.pipe(v.string(), v.description('why it could not be processed')),
      remedy: v.variant('kind', [
        v.strictObject({ kind: v.literal('start') }),
        v.strictObject({ kind: v.literal('start-anew'), as: v.string() }),
        v.strictObject({ kind: v.literal('recover') }),
        v.strictObject({ kind: v.literal('remove'), because }),
        v.strictObject({ kind: v.literal('leave'), because }),
      ]),
    }),
  ),
);

/** The data of `orders dead-letters redrive --json`. */
export const redrivenSchema = schemaOf<readonly Redriven[]>()(
  v.array(
    v.strictObject({
      messageId: v.string(),
      orderId: v.exactOptional(v.string()),
      result: v.picklist(['started', 'recovering', 'removed', 'left']),
      as: v.exactOptional(
        v.pipe(v.string(), v.description('the id of the order that was started')),
      ),
      because: v.exactOptional(because),
    }),
  ),
);
