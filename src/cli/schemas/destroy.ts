import * as v from 'valibot';
import type { DestroyResult } from '../../deploy/destroy.ts';
import { schemaFor } from './schema-for.ts';

const resourceSchema = v.strictObject({
  kind: v.pipe(v.string(), v.description('noun for the resource type: function, log group')),
  type: v.string(),
  logicalId: v.string(),
  physicalId: v.pipe(v.string(), v.description('name or ARN of the resource')),
});

/** The data of `orders destroy --json`. */
export const destroySchema = schemaFor<DestroyResult>()(
  v.strictObject({
    stack: v.string(),
    destroyed: v.pipe(v.boolean(), v.description('false if the stack did not exist')),
    deleted: v.array(resourceSchema),
    kept: v.pipe(v.array(resourceSchema), v.description('resources that the template retains')),
    orders: v.exactOptional(
      v.pipe(v.number(), v.description('approximate: DynamoDB updates its count every few hours')),
    ),
    cancelled: v.pipe(v.number(), v.description('number of cancelled running orders')),
    stopped: v.pipe(
      v.number(),
      v.description('number of running orders stopped without undoing any step'),
    ),
    remains: v.array(
      v.strictObject({
        kind: v.string(),
        name: v.string(),
        remove: v.pipe(v.string(), v.description('command that removes it, or an instruction')),
      }),
    ),
    durationMs: v.pipe(v.number(), v.minValue(0)),
  }),
);
