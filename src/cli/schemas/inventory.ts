import * as v from 'valibot';
import type { Stock } from '../../orders/actions/inventory.ts';
import { schemaOf } from './agree.ts';

/** The data of `orders inventory set` and `adjust` with `--json`. */
export const stockSchema = schemaOf<Stock>()(
  v.strictObject({
    productId: v.string(),
    available: v.pipe(v.number(), v.description('pieces that can be ordered')),
    reserved: v.pipe(v.number(), v.description('held by orders on their way')),
    sold: v.pipe(v.number(), v.description('handed over to the carrier')),
  }),
);

/** The data of `orders inventory list --json`. */
export const inventorySchema = schemaOf<readonly Stock[]>()(v.array(stockSchema));
