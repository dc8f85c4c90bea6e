import {
  type OrderStatus,
  type StageStatus,
  statuses,
  statusRank,
} from '../../../functions/contract/workflow.ts';
import type { CheckId } from './check-result.ts';
import type { ObservedRecord } from './observed-record.ts';

/** How far a load test follows its orders: until they are accepted, have a status, or have ended. */
export type FollowUntil = 'accepted' | 'terminal' | StageStatus;

/** All values of `--until`. `completed` is part of `terminal`. */
export const followUntilValues: readonly FollowUntil[] = [
  'accepted',
  ...statuses.filter((status) => status !== 'completed'),
  'terminal',
];

const isFailure = (status: OrderStatus) => status === 'failed' || status === 'cancelled';

/** Returns when an order reached a status or a later one, or undefined if it has not, or has failed before. */
export function reachedAt(
  until: FollowUntil,
  { transitions = [] }: Pick<ObservedRecord, 'transitions'>,
): string | undefined {
  if (until === 'accepted' || until === 'terminal') return undefined;
  return transitions.find(
    ({ status }) => statusRank(status) >= statusRank(until) && !isFailure(status),
  )?.at;
}

/** Whether a check can be made for orders that were followed as far as `until`. */
export function canCheck(until: FollowUntil, check: CheckId): boolean {
  return (
    until === 'terminal' ||
    check === 'accepted' ||
    (until !== 'accepted' && checksOfRunningOrders.has(check))
  );
}

/** Checks that can be made while orders are running. */
const checksOfRunningOrders: ReadonlySet<CheckId> = new Set([
  'not-lost',
  'not-doubled',
  'own-data',
  'transitions',
]);
