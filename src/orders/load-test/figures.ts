/** Counts and rates of a load test. Pure. */
import { countBy } from '../../workflow/count-by.ts';
import { type Interval, maxOverlap } from '../../workflow/statistics.ts';
import { hasEnded, type ObservedOrder } from './observed-orders.ts';
import type { LoadedOrder, LoadReport } from './report-types.ts';
import type { ToolUsage } from './resource-meter.ts';

/** Counts the orders by outcome. */
export function countOutcomes(orders: readonly ObservedOrder[]): LoadReport['outcome'] {
  const submitted = orders.filter(({ submittedAt }) => submittedAt !== undefined);
  const errors = submitted.flatMap(({ error }) => error ?? []);
  const ended = submitted.filter(hasEnded);
  const failed = ended.filter(({ record }) => record?.status !== 'completed');
  return {
    planned: orders.length,
    submitted: submitted.length,
    completed: ended.length - failed.length,
    failed: failed.length,
    running: submitted.length - errors.length - ended.length,
    failures: Object.fromEntries(
      countBy(failed, ({ record }) => record?.failure?.code ?? String(record?.status)),
    ),
    errors: Object.fromEntries(countBy(errors, ({ name }) => name)),
    throttled: submitted.reduce((sum, { throttles = 0 }) => sum + throttles, 0),
    throttledOrders: submitted.filter(({ throttles = 0 }) => throttles > 0).length,
  };
}

/** A shorter submission is a burst, for which no rate is computed (ms). */
const minSubmitDurationMs = 1000;

interface RateOptions {
  readonly spans: readonly Interval[];
  /** Start of the measurement (ms since the epoch). */
  readonly startedAtMs: number;
  readonly durationMs: number;
}

/** Computes the peak of running orders, and the rates of submitted and completed orders. */
export function measureRates(
  orders: readonly ObservedOrder[],
  { spans, startedAtMs, durationMs }: RateOptions,
): LoadReport['rate'] {
  const completed = orders.filter(({ record }) => record?.status === 'completed').length;
  const perSecond = durationMs > 0 ? completed / (durationMs / 1000) : 0;
  const submitTimes = orders.flatMap(({ submittedAt, driftMs = 0 }) =>
    submittedAt === undefined ? [] : submittedAt + driftMs,
  );
  const sorted = submitTimes.toSorted((a, b) => a - b);
  const [first = 0] = sorted;
  const submitMs = (sorted.at(-1) ?? 0) - first;
  const peak = findBusiestSecond(sorted);
  return {
    peakRunning: maxOverlap(spans),
    completedPerSecond: roundToHundredth(perSecond),
    ...(submitMs >= minSubmitDurationMs
      ? { sentPerSecond: roundToHundredth(((submitTimes.length - 1) * 1000) / submitMs) }
      : {}),
    ...(peak
      ? { peakSent: { orders: peak.count, atMs: Math.max(0, Math.round(peak.at - startedAtMs)) } }
      : {}),
  };
}

/** Returns the start of the second that contains most of the sorted times (ms), and their number. */
function findBusiestSecond(
  times: readonly number[],
): { readonly at: number; readonly count: number } | undefined {
  let busiest: { at: number; count: number } | undefined;
  let first = 0;
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? time) <= time - 1000) first += 1;
    const count = index - first + 1;
    if (count > (busiest?.count ?? 0)) busiest = { at: times[first] ?? time, count };
  }
  return busiest;
}

const roundToHundredth = (value: number) => Math.round(value * 100) / 100;

/**
 * Returns the period in which an accepted order was running (ms since the epoch). It extends to now if the order has
 * not ended.
 */
export function runningInterval(order: ObservedOrder, now: number): Interval | undefined {
  const { submittedAt, reachedMs, endedMs = reachedMs, acceptedMs } = order;
  if (submittedAt === undefined || acceptedMs === undefined) return undefined;
  return { from: submittedAt, to: endedMs === undefined ? now : submittedAt + endedMs };
}

/** An order submitted later than this after its scheduled time changes the requested load (ms). */
const maxDriftMs = 100;
/** Share of the orders that may be late, because of occasional pauses (0 to 1). */
const maxLateShare = 0.01;

/** Returns warnings about conditions that make the figures unreliable. */
export function findWarnings(orders: readonly LoadedOrder[], tool: ToolUsage): string[] {
  const late = orders.filter(({ driftMs = 0 }) => driftMs > maxDriftMs).length;
  if (late <= Math.max(1, orders.length * maxLateShare)) return [];
  const { p99 } = tool.eventLoopDelayMs;
  return [
    `this machine could not keep the rate: ${late} of ${orders.length} orders were submitted more than ${maxDriftMs}ms late (event loop delay ${p99}ms at p99)`,
  ];
}
