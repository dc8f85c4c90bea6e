import type { OrderRecord, Transition } from '../../functions/contract/api.ts';
import { stage, stages } from '../../functions/contract/workflow.ts';
import { activeStage, progressOf } from './progress.ts';

/**
 * When the wait or the review that the order is in will be over: ms since the epoch, by the wait's default length (a deployment may
 * have chosen another) and `timeScale`, how much faster than wall time waits pass. `undefined` when it is in none.
 */
export function waitEndsAt(
  order: Parameters<typeof progressOf>[0] & Pick<OrderRecord, 'status' | 'review'>,
  timeScale: number,
): number | undefined {
  if (order.status === 'awaiting-review' && order.review) {
    const { requestedAt, timeoutSeconds } = order.review;
    return Date.parse(requestedAt) + (timeoutSeconds * 1000) / timeScale;
  }
  const active = activeStage(progressOf(order));
  if (!active?.at || active.kind !== 'wait') return undefined;
  const declared = stage(active.id);
  if (declared.kind !== 'wait') return undefined;
  return Date.parse(active.at) + (declared.seconds * 1000) / timeScale;
}

/** When the wait that a transition began is over, by its default length: RFC 3339 UTC; `undefined` of one that began none. */
export function waitOf({ status, at }: Transition, timeScale: number): string | undefined {
  const wait = stages.find((each) => each.kind === 'wait' && each.status === status);
  if (wait?.kind !== 'wait') return undefined;
  return new Date(Date.parse(at) + (wait.seconds * 1000) / timeScale).toISOString();
}
