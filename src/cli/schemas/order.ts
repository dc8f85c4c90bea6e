/** Schemas shared by the output of several commands. */
import * as v from 'valibot';
import { providers } from '../../../functions/contract/providers.ts';
import {
  type OrderStatus,
  type phases,
  type StepId,
  stages,
  statuses,
} from '../../../functions/contract/workflow.ts';

type Literals<T extends string> = readonly [T, ...T[]];

/** Timestamp in RFC 3339 UTC with milliseconds. */
export const timeSchema = v.pipe(v.string(), v.isoTimestamp(), v.description('RFC 3339 UTC'));

const otherStatuses = ['awaiting-review', 'failed', 'cancelled'] as const;
export const statusSchema = v.picklist([
  ...statuses,
  ...otherStatuses,
] as unknown as Literals<OrderStatus>);
export const shownStatuses = ['received', ...statuses, ...otherStatuses] as unknown as Literals<
  OrderStatus | 'received'
>;
export const shownStatusSchema = v.pipe(
  v.picklist(shownStatuses),
  v.description('received: the execution has started but not written the order yet'),
);

type StageId = (typeof phases)[number]['stages'][number]['id'];
export const stageSchema = v.picklist(stages.map(({ id }) => id) as unknown as Literals<StageId>);
const stepIds = stages.flatMap((stage) => (stage.kind === 'step' ? [stage.id] : []));
export const stepSchema = v.picklist(stepIds as unknown as Literals<StepId>);

export const providerSchema = v.picklist(providers);

/** The fields of a wait for a provider. */
export const pendingAttemptFields = {
  provider: providerSchema,
  stage: stepSchema,
  attempt: v.pipe(v.number(), v.description('number of the next attempt')),
  nextAt: v.pipe(timeSchema, v.description('start of the next attempt')),
  since: v.pipe(timeSchema, v.description('when the order began to wait for the provider')),
};
export const pendingAttemptSchema = v.pipe(
  v.strictObject(pendingAttemptFields),
  v.description('wait for a provider that is unavailable'),
);

type Undo = Extract<(typeof phases)[number]['stages'][number], { undo: string }>['undo'];
const undoIds = stages.flatMap((stage) => ('undo' in stage ? [stage.undo] : []));

export const failureSchema = v.strictObject({
  stage: stageSchema,
  code: v.pipe(v.string(), v.description('stable, for programs')),
  message: v.string(),
});

export const warningSchema = v.strictObject({ stage: stageSchema, message: v.string() });

export const undoSchema = v.strictObject({
  undo: v.picklist(undoIds as unknown as Literals<Undo>),
  outcome: v.picklist(['done', 'failed']),
  message: v.exactOptional(v.string()),
});

export const transitionSchema = v.strictObject({ status: statusSchema, at: timeSchema });
