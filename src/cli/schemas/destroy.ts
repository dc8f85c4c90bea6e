import * as v from 'valibot';
import type { DestroyResult } from '../../deploy/destroy.ts';
import { schemaOf } from './agree.ts';

const resourceSchema = v.strictObject({
  kind: v.pipe(v.string(), v.description('in words: function, log group')),
  type: v.string(),
  logicalId: v.string(),
  physicalId: v.pipe(v.string(), v.description('what the resource itself is called')),
});

/** The data of `orders destroy --json`. */
export const destroySchema = schemaOf<DestroyResult>()(
  v.strictObject({
    stack: v.string(),
    destroyed: v.pipe(v.boolean(), v.description('false when there was nothing to destroy')),
    deleted: v.array(resourceSchema),
    kept: v.pipe(v.array(resourceSchema), v.description('what the template keeps')),
    orders: v.exactOptional(
      v.pipe(v.number(), v.description('roughly: DynamoDB counts every few hours')),
    ),
    cancelled: v.pipe(v.number(), v.description('how many orders on their way were cancelled')),
    stopped: v.pipe(v.number(), v.description('how many were stopped as they were')),
    remains: v.array(
      v.strictObject({
        kind: v.string(),
        name: v.string(),
        remove: v.pipe(v.string(), v.description('the command that removes it, or what to do')),
      }),
    ),
    durationMs: v.pipe(v.number(), v.minValue(0)),
  }),
);
