import * as v from 'valibot';
import type { Rollback } from '../../deploy/roll-back.ts';
import type { Version } from '../../deploy/versions.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders versions --json`. */
export const versionsSchema = schemaFor<readonly Version[]>()(
  v.array(
    v.strictObject({
      of: v.picklist(['workflow', 'recovery']),
      functionName: v.string(),
      version: v.string(),
      live: v.pipe(v.boolean(), v.description('whether new executions run on it')),
      share: v.exactOptional(
        v.pipe(v.number(), v.description('share of new executions, while a canary is open')),
      ),
      running: v.pipe(v.number(), v.description('number of running and paused executions')),
      description: v.string(),
      published: v.string(),
    }),
  ),
);

/** The data of `orders versions rollback --json`. */
export const rollbackSchema = schemaFor<Rollback>()(
  v.strictObject({
    from: v.string(),
    to: v.string(),
    changed: v.pipe(v.boolean(), v.description('false if the version was live already')),
    missesStock: v.pipe(
      v.boolean(),
      v.description("whether the version finds only the units in a product's first item"),
    ),
  }),
);

/** The data of `orders versions prune --json`. */
export const pruneSchema = v.strictObject({
  removed: v.array(v.string()),
  kept: v.pipe(
    v.array(v.string()),
    v.description('not deleted: an order started on them in the meantime'),
  ),
  prunable: v.array(v.string()),
});
