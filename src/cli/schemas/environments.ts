import * as v from 'valibot';
import type { KnownEnvironment } from '../../environment/known-environments.ts';
import type { SettingOrigin } from '../../environment/setting-origins.ts';
import { schemaFor } from './schema-for.ts';

/** The data of `orders env show --json`: one environment. */
export const environmentSchema = schemaFor<KnownEnvironment>()(
  v.strictObject({
    name: v.string(),
    region: v.string(),
    stack: v.string(),
    profile: v.exactOptional(v.string()),
    endpoint: v.exactOptional(v.string()),
    roleArn: v.exactOptional(v.string()),
    replay: v.exactOptional(
      v.pipe(v.string(), v.description('period of the orders that a deployment replays first')),
    ),
    protected: v.exactOptional(v.boolean()),
    parameters: v.exactOptional(v.record(v.string(), v.string())),
    isDefault: v.pipe(v.boolean(), v.description('whether commands use it by default')),
  }),
);

/** The data of `orders config --json`. */
export const settingsSchema = schemaFor<readonly SettingOrigin[]>()(
  v.array(
    v.strictObject({
      name: v.pipe(v.string(), v.description('setting, or `parameter` and its name')),
      value: v.exactOptional(v.union([v.string(), v.boolean()])),
      origin: v.picklist(['flag', 'variable', 'config', 'default']),
      source: v.exactOptional(
        v.pipe(v.string(), v.description('flag, variable, or place in the configuration')),
      ),
    }),
  ),
);

/** The data of `orders env list --json`. */
export const environmentsSchema = v.array(environmentSchema);

/** The data of the commands that change an environment: its name. */
export const environmentNameSchema = v.strictObject({ name: v.string() });

const policySchema = v.strictObject({
  Version: v.literal('2012-10-17'),
  Statement: v.array(
    v.strictObject({
      Sid: v.string(),
      Effect: v.literal('Allow'),
      Action: v.array(v.string()),
      Resource: v.array(v.string()),
      Condition: v.exactOptional(
        v.record(v.string(), v.record(v.string(), v.union([v.string(), v.array(v.string())]))),
      ),
    }),
  ),
});

/** The data of `orders iam observe|operate|deploy --json`: policies with their names. */
export const policiesSchema = v.array(v.strictObject({ name: v.string(), document: policySchema }));

/** The data of `orders iam service-role --json`. */
export const serviceRoleSchema = v.strictObject({
  name: v.string(),
  trust: v.pipe(v.record(v.string(), v.unknown()), v.description('the trust policy')),
  policies: policiesSchema,
});
