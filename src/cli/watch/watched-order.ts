/** The state of orders that are watched together, their outcome, and the order in which they are shown. */
import type { PublicOrder } from '../../../functions/contract/public-order.ts';
import { isTerminal } from '../../../functions/contract/workflow.ts';
import type { EndEvent, Ending } from '../../orders/watch/events.ts';
import type { PausedEvent, PauseEvent } from '../../orders/watch/pause-events.ts';
import { activeStage, type StageProgress, workflowProgress } from '../../workflow/progress.ts';
import { findPendingAttempt, type PendingAttempt } from '../../workflow/provider-waits.ts';
import { currentWaitEnd } from '../../workflow/waits.ts';
import type { ExecutionActivity } from '../../workflow/work.ts';

export interface WatchedOrder {
  readonly orderId: string;
  /** Absent until the order's item exists. */
  readonly order?: PublicOrder | undefined;
  readonly end?: EndEvent | undefined;
  /** Present while the execution is paused. */
  readonly pause?: Pick<PausedEvent, 'ts' | 'reason'> | undefined;
  /** Status of an execution that is neither running nor paused, such as PAUSING. */
  readonly executionStatus?: string | undefined;
  /** Activity of the execution. Its current state is known only if the history was read after the item's last change. */
  readonly activity?: ExecutionActivity | undefined;
  /** The active stage. */
  readonly stage?: Pick<StageProgress, 'id' | 'kind'> | undefined;
  /** End of the current wait or review (ms since the epoch). */
  readonly resumesAt?: number | undefined;
  /** The wait for a provider that is unavailable. */
  readonly waitingFor?: PendingAttempt | undefined;
}

/** States of an order in the table, sorted by how much attention they need. */
const attentionReasons = [
  'stuck',
  'review',
  'paused',
  'retrying',
  'idle',
  'failed',
  'running',
  'cancelled',
  'completed',
] as const;
export type AttentionReason = (typeof attentionReasons)[number];

/** Steps are short: an order that is idle in one for this long needs attention (ms). */
const idleThresholdMs = 60_000;

/** Returns the watched order with a newly read item. Drops the current state of the execution, which belongs to the previous stage. */
export function withOrderRecord(
  watched: WatchedOrder,
  order: PublicOrder,
  timeScale: number,
): WatchedOrder {
  return {
    ...watched,
    order,
    activity: watched.activity && withoutCurrentState(watched.activity),
    stage: activeStage(workflowProgress(order)),
    resumesAt: currentWaitEnd(order, timeScale),
    waitingFor: findPendingAttempt(order, timeScale),
  };
}

/** Returns the shown status of the execution after a change. */
export function toShownStatus(event: PauseEvent): Pick<WatchedOrder, 'pause' | 'executionStatus'> {
  const status = event.type === 'execution' ? event.status : 'RUNNING';
  return {
    pause: event.type === 'paused' ? event : undefined,
    executionStatus: status === 'RUNNING' ? undefined : status,
  };
}

/** Returns the activity without what the execution does at the moment. */
export function withoutCurrentState(activity: ExecutionActivity): ExecutionActivity {
  const { retry: _, wait: __, stuck: ___, ...totals } = activity;
  return totals;
}

/** Returns the outcome of the order, or `running`. The end of watching it is no outcome. */
export function currentEnding({ order, end }: WatchedOrder): Ending | 'running' {
  // The event is more precise: the item of an order that was stopped or timed out has the status failed.
  if (end && end.ending !== 'detached' && end.ending !== 'timeout') return end.ending;
  return order && isTerminal(order.status) ? order.status : 'running';
}

/** Returns the state of the order in the table: why it needs attention, or `running` or its outcome. */
export function attentionReason(watched: WatchedOrder, now: number): AttentionReason {
  const ending = currentEnding(watched);
  if (ending === 'completed' || ending === 'reached') return 'completed';
  if (ending === 'cancelled') return 'cancelled';
  if (ending !== 'running') return 'failed';
  const { order, activity } = watched;
  if (watched.pause) return 'paused';
  if (activity?.stuck) return 'stuck';
  if (order?.status === 'awaiting-review') return 'review';
  if (activity?.retry || watched.waitingFor) return 'retrying';
  return idleMs(watched, now) >= idleThresholdMs ? 'idle' : 'running';
}

/**
 * Returns how long a running order has been in its current step (ms): 0 during a wait or pause, while it waits for a provider, or
 * if the step is unknown.
 */
export function idleMs(watched: WatchedOrder, now: number): number {
  const { order, stage, resumesAt, pause, waitingFor } = watched;
  if (!order || stage?.kind !== 'step' || resumesAt !== undefined || pause || waitingFor) return 0;
  return now - Date.parse(order.updatedAt);
}

/**
 * Returns the orders that match every word of `filter` by id, customer or status, sorted by attention. Within a state, running
 * orders are sorted by start time, so that rows do not move, and ended orders by end time, newest first.
 */
export function sortByAttention(
  all: Iterable<WatchedOrder>,
  { filter, now }: { readonly filter: string; readonly now: number },
): WatchedOrder[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const keyed = [...all]
    .filter((watched) => matches(watched, words))
    .map((watched) => {
      const rank = attentionReasons.indexOf(attentionReason(watched, now));
      const { createdAt = '9', updatedAt = '' } = watched.order ?? {};
      return { watched, rank, isOpen: currentEnding(watched) === 'running', createdAt, updatedAt };
    });
  keyed.sort((a, b) => {
    if (a.rank !== b.rank) return a.rank - b.rank;
    const time = a.isOpen ? compare(a.createdAt, b.createdAt) : compare(b.updatedAt, a.updatedAt);
    return time || compare(a.watched.orderId, b.watched.orderId);
  });
  return keyed.map(({ watched }) => watched);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function matches({ orderId, order, end }: WatchedOrder, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const status = [order?.status ?? 'received', end?.ending ?? ''].join(' ');
  const text = `${orderId} ${order?.customerId ?? ''} ${status}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Returns the numbers of orders by outcome: `12 running · 1 failed · 2 paused · 3 completed`. */
export function formatCounts(all: Iterable<WatchedOrder>): string {
  const counts = new Map<string, number>([
    ['running', 0],
    ['failed', 0],
  ]);
  for (const watched of all) {
    const outcome = currentEnding(watched);
    const ending = outcome === 'running' && watched.pause ? 'paused' : outcome;
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const parts = [...counts].flatMap(([ending, count]) => (count > 0 ? [`${count} ${ending}`] : []));
  return parts.join(' · ') || '0 running';
}
