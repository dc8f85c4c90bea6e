/** What the time of an order went to, as far as its transitions tell. Pure. */
import type { OrderRecord } from '../../functions/contract/api.ts';
import {
  isEnd,
  type OrderStatus,
  type StageId,
  stages,
  type WaitId,
} from '../../functions/contract/workflow.ts';

/** How long the waits take, in wall time, ms. */
export type WaitLengths = Readonly<Record<WaitId, number>>;

/** A stage, or the wait for a person's decision. */
export type TimedStage = StageId | 'review';

export interface TimeSpent {
  /** From the first status to the last, ms. */
  readonly totalMs: number;
  /** Of that in waits and reviews, in which nothing runs. */
  readonly waitedMs: number;
  /** Stage -> ms; of those that are over, and not of one that failed. */
  readonly stages: ReadonlyMap<TimedStage, number>;
}

/** In the order of the workflow. */
export const timedStages: readonly TimedStage[] = stages.flatMap(({ id }) =>
  id === 'fraud-check' ? [id, 'review' as const] : [id],
);

/**
 * The time an order took, stage by stage. A step counts from the status before it: what lies between and records none, and
 * the way to the function and back, is in it. A wait counts as long as it is set, its status as long as it stands.
 */
export function timeSpent(
  { transitions }: Pick<OrderRecord, 'transitions'>,
  waits: WaitLengths,
): TimeSpent {
  const spent = new Map<TimedStage, number>();
  const add = (stage: TimedStage, ms: number) => spent.set(stage, (spent.get(stage) ?? 0) + ms);
  let waitedMs = 0;
  for (const [index, { status, at }] of transitions.entries()) {
    const before = transitions[index - 1];
    if (!before) continue;
    const span = Math.max(0, Date.parse(at) - Date.parse(before.at));
    const waited = waitedIn(before.status, span, waits);
    if (waited) add(waited.stage, waited.ms);
    waitedMs += waited?.ms ?? 0;
    const worked = waited?.stage === 'review' ? undefined : stageBehind(status, before.status);
    if (worked) add(worked, span - (waited?.ms ?? 0));
  }
  const [first, last] = [transitions[0]?.at, transitions.at(-1)?.at];
  const totalMs = first && last ? Date.parse(last) - Date.parse(first) : 0;
  return { totalMs, waitedMs, stages: spent };
}

/** The part of a status's time in which the order only waited. */
function waitedIn(
  status: OrderStatus,
  span: number,
  waits: WaitLengths,
): { readonly stage: TimedStage; readonly ms: number } | undefined {
  if (status === 'awaiting-review') return { stage: 'review', ms: span };
  const wait = stages.find((each) => each.kind === 'wait' && each.status === status);
  if (wait?.kind !== 'wait') return undefined;
  return { stage: wait.id, ms: Math.min(waits[wait.id], span) };
}

/** The stage whose work ends with a status: its own, or that before a wait, which records the wait's beginning. */
function stageBehind(status: OrderStatus, before: OrderStatus): StageId | undefined {
  if (status === 'awaiting-review') return 'fraud-check';
  if (isEnd(status) && status !== 'completed') return undefined;
  const position = stages.findIndex((each) => 'status' in each && each.status === status);
  const own = stages[position];
  if (own?.kind !== 'wait') return own?.id;
  const earlier = stages[position - 1];
  // One that has recorded its own status has told its time by that.
  return earlier && 'status' in earlier && earlier.status === before ? undefined : earlier?.id;
}
