import * as v from 'valibot';
import type { RetryResult } from '../orders/retry.ts';
import { schemaOf } from './agree.ts';
import { shownStatusSchema } from './order.ts';

const valueSchema = v.union([v.string(), v.number()]);

/** The data of `orders retry --json`; its records with `--watch` are those of `orders watch`. */
export const retrySchema = schemaOf<readonly RetryResult[]>()(
  v.array(
    v.union([
      v.strictObject({
        orderId: v.pipe(v.string(), v.description('of the new order')),
        retryOf: v.string(),
        result: v.pipe(
          v.picklist(['started', 'exists', 'planned']),
          v.description('exists: this very retry was started before; planned: by --dry-run'),
        ),
        changes: v.array(
          v.strictObject({
            field: v.pipe(v.string(), v.description('items[0].quantity')),
            from: v.exactOptional(
              v.pipe(valueSchema, v.description('absent for personal data as well')),
            ),
            to: v.exactOptional(valueSchema),
          }),
        ),
        customerId: v.string(),
        lines: v.number(),
        total: v.pipe(v.number(), v.description('a decimal with two places')),
        executionArn: v.exactOptional(v.string()),
        status: v.exactOptional(
          v.pipe(shownStatusSchema, v.description('of one that existed; with --wait at its end')),
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
