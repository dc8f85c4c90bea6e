/** Figures about the progress of a load test. Pure. */

import { type Statistics, summarize } from '../../workflow/statistics.ts';
import type { LoadProgress } from './load-progress.ts';
import { hasEnded, type ObservedOrder } from './observed-orders.ts';

export interface ProgressFigures {
  readonly phase: LoadProgress['phase'];
  /** Time since the start of the phase's orders (ms). */
  readonly elapsedMs: number;
  readonly planned: number;
  /** Whether more orders follow than are planned until now, because a duration is given instead of a number. */
  readonly isOpen: boolean;
  readonly submitted: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  /** Orders whose submission failed. */
  readonly errors: number;
  readonly throttled: number;
  /** Orders by status. `waiting`: not submitted yet. `received`: accepted, without an item. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Orders by failure code or submission error, the most frequent first. */
  readonly failures: Readonly<Record<string, number>>;
  /** Times from the scheduled submission (ms). */
  readonly accepted?: Statistics;
  readonly terminal?: Statistics;
  /** Rates over the last seconds. */
  readonly submittedPerSecond: number;
  readonly endedPerSecond: number;
  /** Estimated time until the end of the phase (ms); absent if it cannot be estimated. */
  readonly remainingMs?: number;
}

/** Length of the window for rates (ms). */
const rateWindowMs = 5000;
/** Before this time, a rate is too unstable for an estimate (ms). */
const minRateAgeMs = 2000;

/** Returns the status of an order for display; `waiting` and `refused` exist only in a load test. */
export function shownStatus({ submittedAt, error, record }: ObservedOrder): string {
  if (record?.status) return record.status;
  if (error) return 'refused';
  return submittedAt === undefined ? 'waiting' : 'received';
}

/** Computes the figures at `now` (ms since the epoch). */
export function progressFigures(progress: LoadProgress, now: number): ProgressFigures {
  const { orders, phase, startedAtMs, submitDurationMs } = progress;
  const statuses = countByText(orders.map(shownStatus));
  const failures = countByText(
    orders.flatMap(({ record, error }) => record?.failure?.code ?? error?.name ?? []),
  );
  const ended = orders.filter(hasEnded);
  const endTimes = ended.flatMap(({ submittedAt = 0, endedMs }) =>
    endedMs === undefined ? [] : submittedAt + endedMs,
  );
  const submitTimes = orders.flatMap(({ submittedAt }) => submittedAt ?? []);
  const submitted = orders.length - (statuses['waiting'] ?? 0);
  const errors = statuses['refused'] ?? 0;
  const completed = statuses['completed'] ?? 0;
  const accepted = summarize(orders.flatMap(({ acceptedMs }) => acceptedMs ?? []));
  const terminal = summarize(ended.flatMap(({ endedMs }) => endedMs ?? []));
  const submittedPerSecond = ratePerSecond(submitTimes, { now, startedAtMs });
  const remainingMs = estimateRemainingMs(progress, {
    now,
    unsubmitted: orders.length - submitted,
    submittedPerSecond,
  });
  return {
    phase,
    elapsedMs: now - startedAtMs,
    planned: orders.length,
    isOpen: phase === 'submitting' && submitDurationMs !== undefined,
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
    endedPerSecond: ratePerSecond(endTimes, { now, startedAtMs }),
    ...(remainingMs === undefined ? {} : { remainingMs }),
  };
}

function countByText(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

/** Returns the recent rate of the times (ms since the epoch), rounded to a tenth. */
function ratePerSecond(
  times: readonly number[],
  { now, startedAtMs }: { readonly now: number; readonly startedAtMs: number },
): number {
  const windowMs = Math.min(rateWindowMs, Math.max(1000, now - startedAtMs));
  const recent = times.filter((at) => at > now - windowMs && at <= now).length;
  return Math.round((recent * 10_000) / windowMs) / 10;
}

interface SubmitFigures {
  readonly now: number;
  readonly unsubmitted: number;
  readonly submittedPerSecond: number;
}

function estimateRemainingMs(
  progress: LoadProgress,
  { now, unsubmitted, submittedPerSecond }: SubmitFigures,
): number | undefined {
  const { phase, startedAtMs, submitDurationMs } = progress;
  if (phase !== 'submitting') return estimateDrainMs(progress, now);
  const isRateStable = now - startedAtMs >= minRateAgeMs && submittedPerSecond > 0;
  const submitMs =
    submitDurationMs !== undefined
      ? Math.max(0, startedAtMs + submitDurationMs - now)
      : isRateStable
        ? (unsubmitted / submittedPerSecond) * 1000
        : undefined;
  // The last order is submitted then, and takes as long as the others.
  return submitMs === undefined ? undefined : Math.round(submitMs + typicalDurationMs(progress));
}

/** Returns the duration of most completed orders, or that of the waits if none has completed (ms). */
function typicalDurationMs({ orders, waits }: Pick<LoadProgress, 'orders' | 'waits'>): number {
  const durations = summarize(
    orders.flatMap(({ record, endedMs }) => (record?.status === 'completed' && endedMs) || []),
  );
  const waitMs = Object.values(waits).reduce((sum, ms) => sum + ms, 0);
  return durations?.p95 ?? durations?.max ?? waitMs;
}

/**
 * Estimates the time until the last running order has ended (ms). Uses the durations of completed orders, or the
 * waits if none has completed, because an order spends nearly all of its time there. In a busy system the rate of
 * status changes gives a later end. Returns undefined if no order is running or the estimate has passed.
 */
export function estimateDrainMs(
  { orders, waits, startedAtMs }: Pick<LoadProgress, 'orders' | 'waits' | 'startedAtMs'>,
  now: number,
): number | undefined {
  const running = orders.filter((order) => order.acceptedMs !== undefined && !hasEnded(order));
  if (running.length === 0) return undefined;
  const typicalMs = typicalDurationMs({ orders, waits });
  const lastSubmittedAt = running.reduce(
    (last, { submittedAt = 0 }) => Math.max(last, submittedAt),
    0,
  );
  const byDuration = lastSubmittedAt + typicalMs - now;
  const byPace = estimateByPaceMs(orders, now - startedAtMs);
  const remainingMs = Math.round(Math.max(byDuration, byPace));
  return remainingMs > 0 ? remainingMs : undefined;
}

/** Extrapolates the rate of status changes until now to the remaining ones. */
function estimateByPaceMs(orders: readonly ObservedOrder[], elapsedMs: number): number {
  let done = 0;
  let remaining = 0;
  for (const order of orders) {
    if (order.acceptedMs === undefined) continue;
    const reached = order.record?.transitions?.length ?? 0;
    done += reached;
    if (!hasEnded(order)) remaining += Math.max(0, order.expected.statuses.length - reached);
  }
  return done > 0 ? (remaining / done) * elapsedMs : 0;
}
