/** Whether the transitions of an order match the path of the workflow that it ran. Pure. */
import type { OrderRecord } from '../../functions/contract/api.ts';
import { orderPath, pathPosition } from '../../functions/contract/path.ts';
import { type OrderStatus, statusRank } from '../../functions/contract/workflow.ts';

type OrderTransitions = Partial<Pick<OrderRecord, 'status' | 'transitions' | 'total' | 'path'>>;

/**
 * Describes the first transition to an earlier status, or a status that differs from the last transition. Undefined if
 * there is neither. Each write appends to the transitions, so their order counts and not their times: a clock may be set back.
 */
export function findBackwardTransition(order: OrderTransitions): string | undefined {
  const { status, transitions = [] } = order;
  const path = orderPath(order);
  for (const [index, { status: to }] of transitions.entries()) {
    const before = transitions[index - 1];
    if (!before) continue;
    if (!isForward(path, before.status, to)) return `went from ${before.status} to ${to}`;
  }
  const last = transitions.at(-1)?.status;
  return last === status
    ? undefined
    : `is ${status}, while its last transition is ${last ?? 'missing'}`;
}

/** Describes the first status on the order's path that it skipped; undefined if it skipped none. */
export function findSkippedStatus(order: OrderTransitions): string | undefined {
  const { transitions = [] } = order;
  const path = orderPath(order);
  const last = transitions.findLast(
    ({ status }) =>
      status !== 'failed' && status !== 'cancelled' && pathPosition(path, status) !== undefined,
  );
  if (!last) return undefined;
  const found = new Set<string>(transitions.map(({ status }) => status));
  const expected = path.slice(0, Math.ceil(pathPosition(path, last.status) ?? 0));
  const missing = expected.find((status) => !found.has(status));
  return missing && `is ${last.status} and was never ${missing}`;
}

/** Whether a transition is a step forward. Statuses that are not both on the path are compared by the current workflow. */
function isForward(path: readonly string[], from: OrderStatus, to: OrderStatus): boolean {
  const positions = [pathPosition(path, from), pathPosition(path, to)];
  const [start, end] = positions.includes(undefined) ? [from, to].map(statusRank) : positions;
  // A status of another version of the workflow has no rank.
  if (start === undefined || end === undefined || start < 0 || end < 0) return from !== to;
  return end > start;
}
