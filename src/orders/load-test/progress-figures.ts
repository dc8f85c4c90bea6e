/** Where a load test stands at a moment, in figures. Pure. */

import { type Statistics, statisticsOf } from '../../workflow/statistics.ts';
import { hasEnded, type ObservedOrder } from './observed-orders.ts';
import type { LoadProgress } from './run.ts';

export interface Standing {
  readonly phase: LoadProgress['phase'];
  /** Since the test began, ms. */
  readonly elapsedMs: number;
  readonly planned: number;
  /** Whether more orders are sent, as many as there is time for. */
  readonly isOpen: boolean;
  readonly submitted: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  /** Orders that could not be submitted. */
  readonly errors: number;
  readonly throttled: number;
  /** Status -> orders; those not submitted yet are `waiting`, accepted ones without an item `received`. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Code of a failure, or name of an error at submission -> orders; the most first. */
  readonly failures: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly accepted?: Statistics;
  readonly terminal?: Statistics;
  /** Over the last seconds. */
  readonly submittedPerSecond: number;
  readonly endedPerSecond: number;
  /** How long until the phase is over, ms; absent while nothing tells. */
  readonly remainingMs?: number;
}

/** So long is "the last seconds", ms. */
const recentMs = 5000;
/** Before that, a pace says nothing, ms. */
const settledMs = 2000;

/** What an order is to somebody who watches. */
export function shownStatus({ submittedAt, error, record }: ObservedOrder): string {
  if (record?.status) return record.status;
  if (error) return 'refused';
  return submittedAt === undefined ? 'waiting' : 'received';
}

export function standingOf(progress: LoadProgress, now: number): Standing {
  const { orders, phase, began, sendsForMs } = progress;
  const isOpen = phase === 'submitting' && sendsForMs !== undefined;
  const statuses: Record<string, number> = {};
  const failures: Record<string, number> = {};
  for (const order of orders) {
    add(statuses, shownStatus(order));
    const why = order.record?.failure?.code ?? order.error?.name;
    if (why) add(failures, why);
  }
  const submitted = orders.length - (statuses['waiting'] ?? 0);
  const errors = statuses['refused'] ?? 0;
  const completed = statuses['completed'] ?? 0;
  const ended = orders.filter(hasEnded);
  const accepted = statisticsOf(orders.flatMap(({ acceptedMs }) => acceptedMs ?? []));
  const terminal = statisticsOf(ended.flatMap(({ endedMs }) => endedMs ?? []));
  const perSecond = (times: readonly number[]) => recentRate(times, { now, began });
  const submittedPerSecond = perSecond(orders.flatMap(({ submittedAt }) => submittedAt ?? []));
  const endedPerSecond = perSecond(
    ended.flatMap(({ submittedAt = 0, endedMs }) =>
      endedMs === undefined ? [] : submittedAt + endedMs,
    ),
  );
  const remaining = isOpen
    ? Math.max(0, began + sendsForMs - now)
    : phase === 'submitting'
      ? submissionMs(orders.length - submitted, now - began < settledMs ? 0 : submittedPerSecond)
      : drainMs(progress, now);
  return {
    phase,
    elapsedMs: now - began,
    planned: orders.length,
    isOpen,
    submitted,
    running: submitted - errors - ended.length,
    completed,
    failed: ended.length - completed,
    errors,
    throttled: orders.reduce((sum, { throttles = 0 }) => sum + throttles, 0),
    statuses,
    failures: Object.fromEntries(Object.entries(failures).sort(([, a], [, b]) => b - a)),
    ...(accepted ? { accepted } : {}),
    ...(terminal ? { terminal } : {}),
    submittedPerSecond,
    endedPerSecond,
    ...(remaining === undefined ? {} : { remainingMs: remaining }),
  };
}

function add(counts: Record<string, number>, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

function recentRate(
  times: readonly number[],
  { now, began }: { readonly now: number; readonly began: number },
): number {
  const over = Math.min(recentMs, Math.max(1000, now - began));
  const recent = times.filter((at) => at > now - over && at <= now).length;
  return Math.round((recent * 10_000) / over) / 10;
}

function submissionMs(left: number, perSecond: number): number | undefined {
  return perSecond > 0 ? Math.round((left / perSecond) * 1000) : undefined;
}

/**
 * How long until the last order on its way has ended: by how long those before it took, or as long as none has ended, by the
 * waits, in which an order of a system with room spends nearly all of its time; in one that is busy, by the pace at which
 * orders have come from status to status. `undefined` when none of that tells.
 */
export function drainMs(
  { orders, waits, began }: Pick<LoadProgress, 'orders' | 'waits' | 'began'>,
  now: number,
): number | undefined {
  const open = orders.filter((each) => each.acceptedMs !== undefined && !hasEnded(each));
  if (open.length === 0) return undefined;
  const took = statisticsOf(
    orders.flatMap(({ record, endedMs }) => (record?.status === 'completed' && endedMs) || []),
  );
  const typical = took?.p95 ?? took?.max ?? Object.values(waits).reduce((sum, ms) => sum + ms, 0);
  const youngest = open.reduce((last, { submittedAt = 0 }) => Math.max(last, submittedAt), 0);
  const left = Math.round(Math.max(youngest + typical - now, byPaceMs(orders, now - began)));
  return left > 0 ? left : undefined;
}

function byPaceMs(orders: readonly ObservedOrder[], elapsedMs: number): number {
  let [done, left] = [0, 0];
  for (const order of orders) {
    if (order.acceptedMs === undefined) continue;
    const reached = order.record?.transitions?.length ?? 0;
    done += reached;
    if (!hasEnded(order)) left += Math.max(0, order.expected.statuses.length - reached);
  }
  return done > 0 ? (left / done) * elapsedMs : 0;
}
