import * as v from 'valibot';
import type { DeployResult } from '../../deploy/events.ts';
import { schemaFor } from './schema-for.ts';

const valueSchema = v.strictObject({
  name: v.pipe(v.string(), v.description('parameter, or path of a property')),
  before: v.optional(v.pipe(v.string(), v.description('absent for a new value; **** if hidden'))),
  after: v.optional(v.pipe(v.string(), v.description('absent for a removed value'))),
});

/** The data of `orders deploy --json`. */
export const deploySchema = schemaFor<DeployResult>()(
  v.strictObject({
    stack: v.string(),
    changed: v.pipe(v.boolean(), v.description('whether the stack was changed')),
    needed: v.pipe(v.boolean(), v.description('whether the stack differed from the template')),
    changes: v.array(
      v.strictObject({
        action: v.picklist(['add', 'modify', 'replace', 'remove']),
        maybe: v.pipe(
          v.boolean(),
          v.description('whether CloudFormation decides during the deployment'),
        ),
        logicalId: v.string(),
        type: v.string(),
        kind: v.pipe(v.string(), v.description('noun for the resource type: function, log group')),
        properties: v.array(v.string()),
        values: v.pipe(v.array(valueSchema), v.description('changed values of properties')),
        retained: v.pipe(v.boolean(), v.description('removed from the stack but not deleted')),
      }),
    ),
    parameters: v.pipe(v.array(valueSchema), v.description('changed values of parameters')),
    outputs: v.pipe(v.record(v.string(), v.string()), v.description('stack outputs by name')),
    live: v.pipe(
      v.array(v.strictObject({ functionName: v.string(), version: v.string() })),
      v.description('versions that new executions run on'),
    ),
    rolledBack: v.pipe(
      v.array(v.strictObject({ functionName: v.string(), live: v.string(), newest: v.string() })),
      v.description('functions whose alias points to an older version'),
    ),
    durationMs: v.pipe(v.number(), v.minValue(0)),
  }),
);
