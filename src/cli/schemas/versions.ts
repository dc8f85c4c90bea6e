import * as v from 'valibot';
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
      running: v.pipe(v.number(), v.description('number of running and paused executions')),
      description: v.string(),
      published: v.string(),
    }),
  ),
);

/** The data of `orders versions rollback --json`. */
export const rollbackSchema = v.strictObject({ from: v.string(), to: v.string() });

/** The data of `orders versions prune --json`. */
export const pruneSchema = v.strictObject({
  removed: v.array(v.string()),
  kept: v.pipe(
    v.array(v.string()),
    v.description('not deleted: an order started on them in the meantime'),
  ),
  prunable: v.array(v.string()),
});
