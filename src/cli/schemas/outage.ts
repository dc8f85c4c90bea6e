import * as v from 'valibot';
import type { Outage, OutageChange } from '../../orders/actions/outages.ts';
import { providerSchema, timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders outage list --json`. */
export const outagesSchema = schemaFor<readonly Outage[]>()(
  v.array(v.strictObject({ provider: providerSchema, since: timeSchema })),
);

/** The data of `orders outage start` and `stop` with `--json`. */
export const outageChangeSchema = schemaFor<OutageChange>()(
  v.strictObject({
    provider: providerSchema,
    result: v.picklist(['started', 'stopped', 'unchanged']),
  }),
);
