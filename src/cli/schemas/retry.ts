import * as v from 'valibot';
import type { RetryResult } from '../orders/retry.ts';
import { shownStatusSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';

const valueSchema = v.union([v.string(), v.number()]);

/** The data of `orders retry --json`. With `--watch`, it writes the records of `orders watch`. */
export const retrySchema = schemaFor<readonly RetryResult[]>()(
  v.array(
    v.union([
      v.strictObject({
        orderId: v.pipe(v.string(), v.description('id of the new order')),
        retryOf: v.string(),
        result: v.pipe(
          v.picklist(['started', 'exists', 'planned']),
          v.description('exists: the same retry was started before; planned: --dry-run'),
        ),
        changes: v.array(
          v.strictObject({
            field: v.pipe(v.string(), v.description('path of the field: items[0].quantity')),
            from: v.exactOptional(
              v.pipe(valueSchema, v.description('old value; absent for personal data')),
            ),
            to: v.exactOptional(valueSchema),
          }),
        ),
        customerId: v.string(),
        lines: v.number(),
        total: v.pipe(v.number(), v.description('a decimal with two places')),
        executionArn: v.exactOptional(v.string()),
        status: v.exactOptional(
          v.pipe(
            shownStatusSchema,
            v.description('status of an existing order; terminal status with --wait'),
          ),
        ),
      }),
      v.strictObject({
        retryOf: v.string(),
        result: v.literal('refused'),
        message: v.string(),
      }),
    ]),
  ),
);
