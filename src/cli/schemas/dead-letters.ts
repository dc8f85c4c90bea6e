import * as v from 'valibot';
import type { ExaminedDeadLetter, RedriveResult } from '../../orders/dead-letters/redrive.ts';
import { statusSchema, timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';

const becauseSchema = v.pipe(v.string(), v.description('reason as text'));

/** The data of `orders dead-letters list --json`. */
export const deadLettersSchema = schemaFor<readonly ExaminedDeadLetter[]>()(
  v.array(
    v.strictObject({
      messageId: v.string(),
      from: v.pipe(
        v.picklist(['workflow', 'recovery', 'unknown']),
        v.description('function that should have processed the event'),
      ),
      orderId: v.exactOptional(v.string()),
      status: v.exactOptional(v.pipe(statusSchema, v.description('current status of the order'))),
      sentAt: timeSchema,
      why: v.pipe(v.string(), v.description('reason of the failure')),
      remedy: v.variant('kind', [
        v.strictObject({ kind: v.literal('start') }),
        v.strictObject({ kind: v.literal('start-anew'), as: v.string() }),
        v.strictObject({ kind: v.literal('recover') }),
        v.strictObject({ kind: v.literal('remove'), because: becauseSchema }),
        v.strictObject({ kind: v.literal('leave'), because: becauseSchema }),
      ]),
    }),
  ),
);

/** The data of `orders dead-letters redrive --json`. */
export const redrivenSchema = schemaFor<readonly RedriveResult[]>()(
  v.array(
    v.strictObject({
      messageId: v.string(),
      orderId: v.exactOptional(v.string()),
      result: v.picklist(['started', 'recovering', 'removed', 'left']),
      as: v.exactOptional(v.pipe(v.string(), v.description('id of the started order'))),
      because: v.exactOptional(becauseSchema),
    }),
  ),
);
