import * as v from 'valibot';
import type { DeployResult } from '../../deploy/events.ts';
import { schemaOf } from './agree.ts';

/** The data of `orders deploy --json`. */
export const deploySchema = schemaOf<DeployResult>()(
  v.strictObject({
    stack: v.string(),
    changed: v.pipe(v.boolean(), v.description('false when the stack was as the template says')),
    outputs: v.pipe(
      v.record(v.string(), v.string()),
      v.description("the stack's outputs by their names in the template"),
    ),
    durationMs: v.pipe(v.number(), v.minValue(0)),
  }),
);
