import * as v from 'valibot';
import type { ProductStock } from '../../orders/tables/products-table.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders inventory set` and `adjust` with `--json`. */
export const stockSchema = schemaFor<ProductStock>()(
  v.strictObject({
    productId: v.string(),
    available: v.pipe(v.number(), v.description('units that can be ordered')),
    reserved: v.pipe(v.number(), v.description('units reserved by running orders')),
    sold: v.pipe(v.number(), v.description('units handed over to the carrier')),
  }),
);

/** The data of `orders inventory list --json`. */
export const inventorySchema = schemaFor<readonly ProductStock[]>()(v.array(stockSchema));
