import * as v from 'valibot';
import type { Cost } from '../../orders/cost/cost.ts';
import { schemaFor } from './schema-for.ts';

const perMillion = v.pipe(v.number(), v.description('dollars per million orders'));

/** The data of `orders cost --json`. */
export const costSchema = schemaFor<Cost & { readonly sample: string }>()(
  v.strictObject({
    sample: v.string(),
    lines: v.array(
      v.strictObject({
        id: v.string(),
        what: v.string(),
        quantity: v.pipe(v.number(), v.description('quantity per order')),
        original: v.exactOptional(
          v.pipe(v.number(), v.description("original sample's quantity, if known")),
        ),
        perMillion: v.exactOptional(perMillion),
        because: v.exactOptional(v.pipe(v.string(), v.description('why it exceeds the original'))),
      }),
    ),
    perMillion,
    simulatedPerMillion: v.pipe(
      v.number(),
      v.description('part of perMillion for simulated services'),
    ),
    apiPerMillion: v.pipe(
      v.number(),
      v.description('part of perMillion for the API, if submitted through it'),
    ),
    pricesAsOf: v.pipe(v.string(), v.isoDate()),
  }),
);
