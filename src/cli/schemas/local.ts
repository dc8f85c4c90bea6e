/** The data of the `orders local` commands with `--json`. */
import * as v from 'valibot';

const urlSchema = v.pipe(v.string(), v.description('endpoint of all services'));
const scaleSchema = v.pipe(v.number(), v.description('speed-up of waits compared with wall time'));

const trafficEntries = {
  enforceQuotas: v.pipe(v.boolean(), v.description('whether account quotas apply')),
  enforceIam: v.pipe(v.boolean(), v.description('whether policies limit functions and services')),
  conflictWindowMs: v.pipe(
    v.number(),
    v.description('duration of DynamoDB transactions, in which other writes conflict; 0 for none'),
  ),
  inject: v.pipe(v.array(v.string()), v.description('faults, as in --inject')),
};

const checkEntries = {
  store: v.optional(
    v.pipe(
      v.nullable(
        v.strictObject({
          path: v.string(),
          bytes: v.number(),
          schema: v.optional(v.number()),
          executions: v.number(),
          running: v.number(),
          problems: v.pipe(v.array(v.string()), v.description('empty if the store is consistent')),
        }),
      ),
      v.description('with --check; null if there is no store yet'),
    ),
  ),
};

export const localSchemas = {
  'local-start': v.strictObject({
    url: urlSchema,
    timeScale: scaleSchema,
    ...trafficEntries,
    started: v.pipe(v.boolean(), v.description('false if it was already running')),
    restarted: v.pipe(v.boolean(), v.description('whether it replaced a running one')),
  }),
  'local-status': v.variant('running', [
    v.strictObject({ running: v.literal(false), ...checkEntries }),
    v.strictObject({
      running: v.literal(true),
      url: urlSchema,
      pid: v.number(),
      startedAt: v.pipe(v.number(), v.description('milliseconds since the epoch')),
      timeScale: scaleSchema,
      build: v.string(),
      ...trafficEntries,
      ...checkEntries,
    }),
  ]),
  'local-stop': v.strictObject({ stopped: v.boolean() }),
  'local-reset': v.strictObject({ reset: v.literal(true) }),
  'local-env': v.pipe(v.record(v.string(), v.string()), v.description('variables to export')),
  'local-advance': v.strictObject({ advancedMs: v.number() }),
};
