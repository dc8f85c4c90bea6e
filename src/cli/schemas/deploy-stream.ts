import * as v from 'valibot';
import type { CanaryEvent } from '../../deploy/canary/bake.ts';
import type { ResourceEvent, StageEvent } from '../../deploy/events.ts';
import type { CanaryEndRecord } from '../deploy/judge-canary.ts';
import { deploySchema } from './deploy.ts';
import { timeSchema } from './order.ts';
import { schemaFor } from './schema-for.ts';
import { countSchema, msSchema } from './statistics.ts';
import { exitCodeSchema } from './watch.ts';

const stageSchema = schemaFor<StageEvent>()(
  v.strictObject({
    type: v.literal('stage'),
    ts: timeSchema,
    stage: v.picklist([
      'preflight',
      'package',
      'upload',
      'plan',
      'clear',
      'apply',
      'shift',
      'check',
      'cancel',
      'stop',
      'delete',
    ]),
    detail: v.string(),
  }),
);

const resourceSchema = schemaFor<ResourceEvent>()(
  v.strictObject({
    type: v.literal('resource'),
    ts: timeSchema,
    logicalId: v.string(),
    resourceType: v.string(),
    status: v.string(),
    reason: v.exactOptional(v.string()),
    durationMs: v.exactOptional(msSchema),
  }),
);

const versionSchema = v.strictObject({
  version: v.string(),
  succeeded: v.pipe(countSchema, v.description('completed and rejected orders')),
  failed: v.pipe(countSchema, v.description('failed for technical reasons, or timed out')),
  stopped: v.pipe(countSchema, v.description('cancelled or stopped; not judged')),
  running: countSchema,
});

const canarySchema = schemaFor<CanaryEvent>()(
  v.strictObject({
    type: v.literal('canary'),
    ts: timeSchema,
    live: versionSchema,
    canary: versionSchema,
    elapsedMs: v.pipe(v.number(), v.description('since the start; virtual time if it is local')),
    bakeMs: v.pipe(msSchema, v.description('time of the next decision, since the start')),
  }),
);

const endSchema = schemaFor<CanaryEndRecord>()(
  v.strictObject({
    type: v.literal('end'),
    ts: timeSchema,
    exitCode: exitCodeSchema,
    deployment: deploySchema,
    canary: v.strictObject({
      action: v.picklist(['shift', 'rollback', 'hold']),
      by: v.pipe(
        v.picklist(['orders', 'too-few', 'alarm', 'person']),
        v.description('too-few: the rule for too few orders'),
      ),
      reasons: v.array(v.string()),
      live: v.pipe(v.string(), v.description('version before the canary')),
      canary: v.pipe(v.string(), v.description('new version')),
      weight: v.pipe(v.number(), v.description('share of new orders for the new version')),
      orders: v.pipe(
        v.array(v.strictObject({ orderId: v.string(), status: v.string() })),
        v.description('orders that ran on the new version, with the status of their execution'),
      ),
      durationMs: msSchema,
    }),
  }),
);

const version = { v: v.literal(1) };

/** A record of `orders deploy --canary --json`, and of `--attach --json` while a canary is open. */
export const deployStreamSchema = v.variant('type', [
  v.strictObject({ ...version, ...stageSchema.entries }),
  v.strictObject({ ...version, ...resourceSchema.entries }),
  v.strictObject({ ...version, ...canarySchema.entries }),
  v.strictObject({ ...version, ...endSchema.entries }),
]);
