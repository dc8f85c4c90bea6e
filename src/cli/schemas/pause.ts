import * as v from 'valibot';
import type { PauseRecord } from '../orders/pause.ts';
import { executionStatusSchema } from './get.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders pause --json` and `orders resume --json`. */
export const pauseSchema = schemaFor<readonly PauseRecord[]>()(
  v.array(
    v.strictObject({
      orderId: v.string(),
      executionArn: v.string(),
      result: v.pipe(
        v.picklist([
          'paused',
          'resumed',
          'pausing',
          'resuming',
          'unchanged',
          'ended',
          'refused',
          'skipped',
        ]),
        v.description(
          'pausing, resuming: requested, but not settled before --timeout; skipped: not requested',
        ),
      ),
      status: v.exactOptional(executionStatusSchema),
      message: v.exactOptional(v.pipe(v.string(), v.description('why the request failed'))),
    }),
  ),
);
