/** How long the stages of an order took, according to its transitions. Pure. */
import type { OrderRecord } from '../../functions/contract/api.ts';
import {
  isTerminal,
  type OrderStatus,
  reviewedStage,
  type StageId,
  stages,
  type WaitId,
} from '../../functions/contract/workflow.ts';

/** Lengths of the waits in wall-clock time (ms). */
export type WaitDurations = Readonly<Record<WaitId, number>>;

/** A stage, or the wait for a review. */
export type TimedStage = StageId | 'review';

export interface StageDurations {
  /** From the first to the last status. */
  readonly totalMs: number;
  /** Time in waits and reviews, during which nothing runs. */
  readonly waitedMs: number;
  /** Duration of each finished stage (ms); without the stage that failed. */
  readonly stages: ReadonlyMap<TimedStage, number>;
}

/** All timed stages in the order of the workflow. */
export const timedStages: readonly TimedStage[] = stages.flatMap(({ id }) =>
  id === reviewedStage ? [id, 'review' as const] : [id],
);

/**
 * Measures how long each stage of an order took. A step lasts from the previous status to its own, so it includes stages
 * without a status and the latency of the function. A wait lasts at most its configured length; the rest of the time in
 * its status belongs to the next step.
 */
export function measureStages(
  { transitions }: Pick<OrderRecord, 'transitions'>,
  waits: WaitDurations,
): StageDurations {
  const spent = new Map<TimedStage, number>();
  const add = (stage: TimedStage, ms: number) => spent.set(stage, (spent.get(stage) ?? 0) + ms);
  let waitedMs = 0;
  for (const [index, { status, at }] of transitions.entries()) {
    const before = transitions[index - 1];
    if (!before) continue;
    const span = Math.max(0, Date.parse(at) - Date.parse(before.at));
    const waited = waitWithin(before.status, span, waits);
    if (waited) add(waited.stage, waited.ms);
    waitedMs += waited?.ms ?? 0;
    const worked = waited?.stage === 'review' ? undefined : stageEndingIn(status, before.status);
    if (worked) add(worked, span - (waited?.ms ?? 0));
  }
  const [first, last] = [transitions[0]?.at, transitions.at(-1)?.at];
  const totalMs = first && last ? Date.parse(last) - Date.parse(first) : 0;
  return { totalMs, waitedMs, stages: spent };
}

/** The part of the time in a status during which the order only waited. */
function waitWithin(
  status: OrderStatus,
  span: number,
  waits: WaitDurations,
): { readonly stage: TimedStage; readonly ms: number } | undefined {
  if (status === 'awaiting-review') return { stage: 'review', ms: span };
  const wait = stages.find((stage) => stage.kind === 'wait' && stage.status === status);
  if (wait?.kind !== 'wait') return undefined;
  return { stage: wait.id, ms: Math.min(waits[wait.id], span) };
}

/** The step whose work ends with a status. The status of a wait is recorded by the step before the wait. */
function stageEndingIn(status: OrderStatus, before: OrderStatus): StageId | undefined {
  if (status === 'awaiting-review') return reviewedStage;
  if (isTerminal(status) && status !== 'completed') return undefined;
  const position = stages.findIndex((stage) => 'status' in stage && stage.status === status);
  const own = stages[position];
  if (own?.kind !== 'wait') return own?.id;
  const earlier = stages[position - 1];
  // A step with a status of its own has been measured by that status.
  return earlier && 'status' in earlier && earlier.status === before ? undefined : earlier?.id;
}
