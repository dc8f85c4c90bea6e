import type { OrderRecord, Transition } from '../../functions/contract/api.ts';
import { stage, stages } from '../../functions/contract/workflow.ts';
import { activeStage, workflowProgress } from './progress.ts';

/**
 * When the current wait or review of the order ends (epoch ms). Assumes the default length of a wait, which a deployment may
 * override. `timeScale`: speed-up of waits. Undefined if the order is not waiting.
 */
export function currentWaitEnd(
  order: Parameters<typeof workflowProgress>[0] & Pick<OrderRecord, 'status' | 'review'>,
  timeScale: number,
): number | undefined {
  if (order.status === 'awaiting-review' && order.review) {
    const { requestedAt, timeoutSeconds } = order.review;
    return Date.parse(requestedAt) + (timeoutSeconds * 1000) / timeScale;
  }
  const active = activeStage(workflowProgress(order));
  if (!active?.at || active.kind !== 'wait') return undefined;
  const declared = stage(active.id);
  if (declared.kind !== 'wait') return undefined;
  return Date.parse(active.at) + (declared.seconds * 1000) / timeScale;
}

/** When the wait that a transition started ends (RFC 3339 UTC), by its default length; undefined if it started no wait. */
export function waitEndAfter({ status, at }: Transition, timeScale: number): string | undefined {
  const wait = stages.find((candidate) => candidate.kind === 'wait' && candidate.status === status);
  if (wait?.kind !== 'wait') return undefined;
  return new Date(Date.parse(at) + (wait.seconds * 1000) / timeScale).toISOString();
}
