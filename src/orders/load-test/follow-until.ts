/** How far a load test follows its orders. Pure. */
import {
  type OrderStatus,
  rank,
  type StageStatus,
  statuses,
} from '../../../functions/contract/workflow.ts';
import type { CheckId } from './check-result.ts';
import type { SeenRecord } from './seen-record.ts';

/** To their acceptance, to a status, or to their ends. */
export type Goal = 'accepted' | 'terminal' | StageStatus;

/** All that can be followed to; `completed` is an end like the others. */
export const goals: readonly Goal[] = [
  'accepted',
  ...statuses.filter((each) => each !== 'completed'),
  'terminal',
];

const isUnhappy = (status: OrderStatus) => status === 'failed' || status === 'cancelled';

/** When an order reached a status, or one past it; absent while it has not, and when it failed before. */
export function reachedAt(
  goal: Goal,
  { transitions = [] }: Pick<SeenRecord, 'transitions'>,
): string | undefined {
  if (goal === 'accepted' || goal === 'terminal') return undefined;
  return transitions.find(({ status }) => rank(status) >= rank(goal) && !isUnhappy(status))?.at;
}

/** Whether a check can be judged of orders that were followed only so far. */
export function canJudge(goal: Goal, check: CheckId): boolean {
  return goal === 'terminal' || check === 'accepted' || (goal !== 'accepted' && early.has(check));
}

/** What can be said of orders that are still on their way. */
const early: ReadonlySet<CheckId> = new Set(['not-lost', 'not-doubled', 'own-data', 'transitions']);
