import type { OrderRecord } from '../../functions/contract/api.ts';
import { isTerminal, stage } from '../../functions/contract/workflow.ts';
import { type Pause, pausedMsBetween } from './pauses.ts';
import { workflowProgress } from './progress.ts';
import { findPendingAttempt } from './provider-waits.ts';
import { currentWaitEnd } from './waits.ts';

type EstimatedOrder = Pick<
  OrderRecord,
  | 'status'
  | 'total'
  | 'transitions'
  | 'failure'
  | 'undos'
  | 'warnings'
  | 'review'
  | 'cancelRequested'
  | 'waitingFor'
  | 'waitingSince'
>;

/** Assumed duration of a step before one has been measured. */
const typicalStepMs = 100;

interface EstimateOptions {
  readonly now: number;
  readonly timeScale: number;
  /** The pauses of the execution, which count for no step. */
  readonly pauses?: readonly Pause[];
}

/**
 * Estimates when the order will complete (epoch ms), from the remaining waits and the median duration of its steps. Undefined
 * for an order that has ended, is paused, is being undone or waits for a review.
 */
export function estimateEnd(
  order: EstimatedOrder,
  { now, timeScale, pauses = [] }: EstimateOptions,
): number | undefined {
  const { status, cancelRequested, failure, undos = [] } = order;
  if (isTerminal(status) || status === 'awaiting-review') return undefined;
  const isPaused = pauses.some(({ to }) => to === undefined);
  if (isPaused || cancelRequested || failure || undos.length > 0) return undefined;
  const left = workflowProgress(order)
    .flatMap(({ stages }) => stages)
    .filter(({ state }) => state === 'pending' || state === 'active');
  const step = medianStepMs(order, pauses);
  const next = findPendingAttempt(order, timeScale)?.nextAt;
  let eta = next === undefined ? now : Math.max(now, Date.parse(next));
  for (const { id, kind, state } of left) {
    const declared = stage(id);
    if (kind === 'step') eta += step;
    else if (state === 'active') eta = Math.max(eta, currentWaitEnd(order, timeScale) ?? eta);
    else if (declared.kind === 'wait') eta += (declared.seconds * 1000) / timeScale;
  }
  return eta;
}

/** The median time between two statuses, without waits and pauses (ms). */
function medianStepMs({ transitions }: EstimatedOrder, pauses: readonly Pause[]): number {
  const took = transitions
    .slice(1)
    .flatMap(({ at }, index) => {
      const before = transitions[index];
      if (!before || /^awaiting/.test(before.status)) return [];
      const period = { fromMs: Date.parse(before.at), toMs: Date.parse(at) };
      return [period.toMs - period.fromMs - pausedMsBetween(pauses, period)];
    })
    .sort((a, b) => a - b);
  return took[took.length >> 1] ?? typicalStepMs;
}
