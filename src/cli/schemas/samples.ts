import * as v from 'valibot';
import type { ListedSample } from '../orders/samples.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders sample list --json`. */
export const samplesSchema = schemaFor<readonly ListedSample[]>()(
  v.array(
    v.strictObject({
      name: v.string(),
      total: v.pipe(v.number(), v.description('a decimal with two places')),
      effect: v.pipe(v.string(), v.description('what happens to the order')),
    }),
  ),
);
