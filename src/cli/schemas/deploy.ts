import * as v from 'valibot';
import type { DeployResult } from '../../deploy/events.ts';
import { schemaOf } from './agree.ts';

/** The data of `orders deploy --json`. */
export const deploySchema = schemaOf<DeployResult>()(
  v.strictObject({
    stack: v.string(),
    changed: v.pipe(v.boolean(), v.description('false when the stack was as the template says')),
    needed: v.pipe(
      v.boolean(),
      v.description('whether the stack was other than the template says before'),
    ),
    changes: v.array(
      v.strictObject({
        action: v.picklist(['add', 'modify', 'replace', 'remove']),
        maybe: v.pipe(v.boolean(), v.description('CloudFormation decides when it comes to it')),
        logicalId: v.string(),
        type: v.string(),
        kind: v.pipe(v.string(), v.description('in words: function, log group')),
        properties: v.array(v.string()),
        retained: v.pipe(v.boolean(), v.description('it leaves the stack and stays where it is')),
      }),
    ),
    outputs: v.pipe(
      v.record(v.string(), v.string()),
      v.description("the stack's outputs by their names in the template"),
    ),
    durationMs: v.pipe(v.number(), v.minValue(0)),
  }),
);
