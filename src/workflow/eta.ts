import type { OrderRecord } from '../../functions/contract/api.ts';
import { isEnd, stage } from '../../functions/contract/workflow.ts';
import { progressOf } from './progress.ts';
import { waitEndsAt } from './waits.ts';

type Estimated = Pick<
  OrderRecord,
  | 'status'
  | 'total'
  | 'transitions'
  | 'failure'
  | 'undos'
  | 'warnings'
  | 'review'
  | 'cancelRequested'
>;

/** What a step takes before any has been seen, ms. */
const usualStepMs = 100;

/**
 * When the order will probably be completed, ms since the epoch: the waits that are left, and for each step that is left
 * what its others took. `undefined` for an order that has ended, is being undone, or waits for a person.
 */
export function etaOf(
  order: Estimated,
  { now, timeScale }: { readonly now: number; readonly timeScale: number },
): number | undefined {
  const { status, cancelRequested, failure, undos = [] } = order;
  if (isEnd(status) || status === 'awaiting-review') return undefined;
  if (cancelRequested || failure || undos.length > 0) return undefined;
  const left = progressOf(order)
    .flatMap(({ stages }) => stages)
    .filter(({ state }) => state === 'pending' || state === 'active');
  const step = stepMs(order);
  let eta = now;
  for (const { id, kind, state } of left) {
    const declared = stage(id);
    if (kind === 'step') eta += step;
    else if (state === 'active') eta = Math.max(eta, waitEndsAt(order, timeScale) ?? eta);
    else if (declared.kind === 'wait') eta += (declared.seconds * 1000) / timeScale;
  }
  return eta;
}

/** The median of what lay between two statuses, without the waits. */
function stepMs({ transitions }: Estimated): number {
  const took = transitions
    .slice(1)
    .flatMap(({ at }, index) => {
      const before = transitions[index];
      if (!before || /^awaiting/.test(before.status)) return [];
      return [Date.parse(at) - Date.parse(before.at)];
    })
    .sort((a, b) => a - b);
  return took[took.length >> 1] ?? usualStepMs;
}
