/** What is known of orders that are watched together: what becomes of each, and which a person should see first. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isEnd } from '../../../functions/contract/workflow.ts';
import type { EndEvent, Ending } from '../../orders/watch/events.ts';
import { activeStage, progressOf, type StageProgress } from '../../workflow/progress.ts';
import { waitEndsAt } from '../../workflow/waits.ts';
import type { Work } from '../../workflow/work.ts';

export interface WatchedOrder {
  readonly orderId: string;
  /** Absent while its item is not written. */
  readonly order?: OrderRecord | undefined;
  readonly end?: EndEvent | undefined;
  /** What its execution is at, as far as its history was read since the item changed. */
  readonly work?: Work | undefined;
  /** The stage at work. */
  readonly stage?: Pick<StageProgress, 'id' | 'kind'> | undefined;
  /** When the wait or the review that it is in will be over, ms since the epoch. */
  readonly resumesAt?: number | undefined;
}

/** What an order is at; the first needs a person's eye most. */
const needs = [
  'stuck',
  'review',
  'retrying',
  'still',
  'failed',
  'running',
  'cancelled',
  'completed',
] as const;
export type Need = (typeof needs)[number];

/** A step takes moments: an order that stands still in one for so long is worth a look, ms. */
const stillMs = 60_000;

/** The order with its item as it was just read. What its history told of the stage before is out of date. */
export function withItem(
  watched: WatchedOrder,
  order: OrderRecord,
  timeScale: number,
): WatchedOrder {
  return {
    ...watched,
    order,
    work: watched.work && settled(watched.work),
    stage: activeStage(progressOf(order)),
    resumesAt: waitEndsAt(order, timeScale),
  };
}

function settled({ invocations, replays, retries, activeMs, waitingMs, attempts }: Work): Work {
  return { invocations, replays, retries, activeMs, waitingMs, attempts };
}

/** How the order ended, or that it has not: not whether somebody still looks. */
export function endingOf({ order, end }: WatchedOrder): Ending | 'running' {
  // Of an order that was stopped, or took too long, the item says that it failed.
  if (end && end.ending !== 'detached' && end.ending !== 'timeout') return end.ending;
  return order && isEnd(order.status) ? order.status : 'running';
}

export function needOf(watched: WatchedOrder, now: number): Need {
  const ending = endingOf(watched);
  if (ending === 'completed' || ending === 'reached') return 'completed';
  if (ending === 'cancelled') return 'cancelled';
  if (ending !== 'running') return 'failed';
  const { order, work } = watched;
  if (work?.stuck) return 'stuck';
  if (order?.status === 'awaiting-review') return 'review';
  if (work?.retry) return 'retrying';
  return standsStillMs(watched, now) >= stillMs ? 'still' : 'running';
}

/** How long an order on its way has been in the same step, ms; 0 where that is not known, and in a wait. */
export function standsStillMs({ order, stage, resumesAt }: WatchedOrder, now: number): number {
  if (!order || stage?.kind !== 'step' || resumesAt !== undefined) return 0;
  return now - Date.parse(order.updatedAt);
}

/**
 * The orders that hold every word of `filter` in their id, customer or status, those that need a person first. Orders on
 * their way stand in the order in which they began, so that rows stay where they are; of those that ended the latest is first.
 */
export function arrange(
  all: Iterable<WatchedOrder>,
  { filter, now }: { readonly filter: string; readonly now: number },
): WatchedOrder[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const keyed = [...all]
    .filter((each) => matches(each, words))
    .map((each) => {
      const need = needs.indexOf(needOf(each, now));
      const { createdAt = '9', updatedAt = '' } = each.order ?? {};
      return { each, need, isOpen: endingOf(each) === 'running', createdAt, updatedAt };
    });
  keyed.sort((a, b) => {
    if (a.need !== b.need) return a.need - b.need;
    const time = a.isOpen ? compare(a.createdAt, b.createdAt) : compare(b.updatedAt, a.updatedAt);
    return time || compare(a.each.orderId, b.each.orderId);
  });
  return keyed.map(({ each }) => each);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function matches({ orderId, order, end }: WatchedOrder, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const status = [order?.status ?? 'received', end?.ending ?? ''].join(' ');
  const text = `${orderId} ${order?.customerId ?? ''} ${status}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** `12 running · 1 failed · 3 completed` */
export function countWatched(all: Iterable<WatchedOrder>): string {
  const counts = new Map<string, number>([
    ['running', 0],
    ['failed', 0],
  ]);
  for (const each of all) {
    const what = endingOf(each);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const parts = [...counts].flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  return parts.join(' · ') || '0 running';
}
