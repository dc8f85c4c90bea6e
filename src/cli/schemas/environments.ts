import * as v from 'valibot';
import type { KnownEnvironment } from '../../environment/known-environments.ts';
import { schemaOf } from './agree.ts';

/** One environment, as `orders env show --json` answers it. */
export const environmentSchema = schemaOf<KnownEnvironment>()(
  v.strictObject({
    name: v.string(),
    region: v.string(),
    stack: v.string(),
    profile: v.exactOptional(v.string()),
    endpoint: v.exactOptional(v.string()),
    protected: v.exactOptional(v.boolean()),
    parameters: v.exactOptional(v.record(v.string(), v.string())),
    isDefault: v.pipe(v.boolean(), v.description('whether commands mean it that name none')),
  }),
);

/** The data of `orders env list --json`. */
export const environmentsSchema = v.array(environmentSchema);

/** The data of `orders env use --json` and `orders env remove --json`. */
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
