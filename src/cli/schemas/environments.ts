import * as v from 'valibot';
import type { KnownEnvironment } from '../../environment/known-environments.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders env show --json`: one environment. */
export const environmentSchema = schemaFor<KnownEnvironment>()(
  v.strictObject({
    name: v.string(),
    region: v.string(),
    stack: v.string(),
    profile: v.exactOptional(v.string()),
    endpoint: v.exactOptional(v.string()),
    protected: v.exactOptional(v.boolean()),
    parameters: v.exactOptional(v.record(v.string(), v.string())),
    isDefault: v.pipe(v.boolean(), v.description('whether commands use it by default')),
  }),
);

/** The data of `orders env list --json`. */
export const environmentsSchema = v.array(environmentSchema);

/** The data of the commands that change an environment: its name. */
export const environmentNameSchema = v.strictObject({ name: v.string() });

/** The data of `orders iam ... --json`: an IAM policy. */
export const policySchema = v.strictObject({
  Version: v.literal('2012-10-17'),
  Statement: v.array(
    v.strictObject({
      Sid: v.string(),
      Effect: v.literal('Allow'),
      Action: v.array(v.string()),
      Resource: v.array(v.string()),
    }),
  ),
});
