import * as v from 'valibot';
import type { Version } from '../../deploy/versions.ts';
import { schemaOf } from './agree.ts';

/** The data of `orders versions --json`. */
export const versionsSchema = schemaOf<readonly Version[]>()(
  v.array(
    v.strictObject({
      of: v.picklist(['workflow', 'recovery']),
      functionName: v.string(),
      version: v.string(),
      live: v.pipe(v.boolean(), v.description('whether new executions run on it')),
      running: v.pipe(v.number(), v.description('executions on it that have not ended')),
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
  kept: v.pipe(v.array(v.string()), v.description('an order began on them in the meantime')),
  prunable: v.array(v.string()),
});
