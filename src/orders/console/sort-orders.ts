/** The order of the console's list. Pure. */
import { isTerminal } from '../../../functions/contract/workflow.ts';
import { attentionReasons, type ConsoleOrder } from './snapshot.ts';

const runningRank = attentionReasons.length;
const endedRank = runningRank + 1;

interface Keyed {
  readonly order: ConsoleOrder;
  readonly rank: number;
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly isNewestFirst: boolean;
}

/**
 * Returns the orders that need attention by urgency, then the running orders, then the ended ones, newest end first. Orders that
 * need attention are sorted by how long they do, longest first, but failed ones newest first. Running orders are sorted by their
 * creation, oldest first, so that rows do not move.
 */
export function sortOrders(orders: Iterable<ConsoleOrder>): ConsoleOrder[] {
  return Array.from(orders, toKeyed)
    .sort(compareKeyed)
    .map(({ order }) => order);
}

function toKeyed(order: ConsoleOrder): Keyed {
  const { attention, status, waitingFor, createdAt, updatedAt } = order;
  if (attention === undefined) {
    const hasEnded = isTerminal(status);
    return hasEnded
      ? { order, rank: endedRank, time: updatedAt, isNewestFirst: true }
      : { order, rank: runningRank, time: createdAt, isNewestFirst: false };
  }
  const rank = attentionReasons.indexOf(attention);
  // Each attempt changes the record, but the wait began before the first one.
  const time = attention === 'waiting' ? (waitingFor?.since ?? updatedAt) : updatedAt;
  return { order, rank, time, isNewestFirst: attention === 'failed' };
}

function compareKeyed(a: Keyed, b: Keyed): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  const byTime = compare(a.time, b.time);
  if (byTime !== 0) return a.isNewestFirst ? -byTime : byTime;
  return compare(a.order.orderId, b.order.orderId);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
