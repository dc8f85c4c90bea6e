import * as v from 'valibot';
import type { Cost } from '../../orders/cost/cost.ts';
import { schemaOf } from './agree.ts';

const perMillion = v.pipe(v.number(), v.description('dollars for a million orders'));

/** The data of `orders cost --json`. */
export const costSchema = schemaOf<Cost & { readonly sample: string }>()(
  v.strictObject({
    sample: v.string(),
    lines: v.array(
      v.strictObject({
        id: v.string(),
        what: v.string(),
        quantity: v.pipe(v.number(), v.description('of one order')),
        original: v.exactOptional(
          v.pipe(v.number(), v.description("the original sample's, where it is known")),
        ),
        perMillion: v.exactOptional(perMillion),
        because: v.exactOptional(
          v.pipe(v.string(), v.description("why it is more than the original's")),
        ),
      }),
    ),
    perMillion,
    simulatedPerMillion: v.pipe(
      v.number(),
      v.description('of that, for services that are simulated'),
    ),
    pricesAsOf: v.pipe(v.string(), v.isoDate()),
  }),
);
