/** Counts and rates of a load test. Pure. */
import { countBy } from '../../workflow/count-by.ts';
import { type Interval, peakOf } from '../../workflow/statistics.ts';
import { hasEnded, type ObservedOrder } from './observed-orders.ts';
import type { LoadedOrder, LoadReport } from './report-types.ts';
import type { ToolUsage } from './resource-meter.ts';

/** What became of the orders. */
export function outcomeOf(orders: readonly ObservedOrder[]): LoadReport['outcome'] {
  const submitted = orders.filter(({ submittedAt }) => submittedAt !== undefined);
  const refused = submitted.flatMap(({ error }) => error ?? []);
  const ended = submitted.filter(hasEnded);
  const failed = ended.filter(({ record }) => record?.status !== 'completed');
  return {
    planned: orders.length,
    submitted: submitted.length,
    completed: ended.length - failed.length,
    failed: failed.length,
    running: submitted.length - refused.length - ended.length,
    failures: Object.fromEntries(
      countBy(failed, ({ record }) => record?.failure?.code ?? String(record?.status)),
    ),
    errors: Object.fromEntries(countBy(refused, ({ name }) => name)),
    throttled: submitted.reduce((sum, { throttles = 0 }) => sum + throttles, 0),
    throttledOrders: submitted.filter(({ throttles = 0 }) => throttles > 0).length,
  };
}

/** Sending that was over sooner was a burst: it has no rate. */
const leastSendingMs = 1000;

/** How many at once, and how many a second. */
export function rateOf(
  orders: readonly ObservedOrder[],
  { spans, durationMs }: { readonly spans: readonly Interval[]; readonly durationMs: number },
): LoadReport['rate'] {
  const completed = orders.filter(({ record }) => record?.status === 'completed').length;
  const perSecond = durationMs > 0 ? completed / (durationMs / 1000) : 0;
  const sent = orders.flatMap(({ submittedAt, driftMs = 0 }) =>
    submittedAt === undefined ? [] : submittedAt + driftMs,
  );
  const sentMs =
    sent.reduce((a, b) => Math.max(a, b), 0) -
    sent.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return {
    peakRunning: peakOf(spans),
    completedPerSecond: hundredths(perSecond),
    ...(sentMs >= leastSendingMs
      ? { sentPerSecond: hundredths(((sent.length - 1) * 1000) / sentMs) }
      : {}),
  };
}

const hundredths = (value: number) => Math.round(value * 100) / 100;

/** From when to when an accepted order was on its way, epoch ms; one that has not ended is until now. */
export function spanOf(order: ObservedOrder, now: number): Interval | undefined {
  const { submittedAt, reachedMs, endedMs = reachedMs, acceptedMs } = order;
  if (submittedAt === undefined || acceptedMs === undefined) return undefined;
  return { from: submittedAt, to: endedMs === undefined ? now : submittedAt + endedMs };
}

/** An order that is sent this much after it was due makes the load another than was asked for, ms. */
const lateMs = 100;
/** So many may be late, 0 to 1: a pause now and then is nobody's fault. */
const lateShare = 0.01;

/** What makes the figures of these orders doubtful. */
export function warningsOf(orders: readonly LoadedOrder[], tool: ToolUsage): string[] {
  const late = orders.filter(({ driftMs = 0 }) => driftMs > lateMs).length;
  if (late <= Math.max(1, orders.length * lateShare)) return [];
  const { p99 } = tool.eventLoopDelayMs;
  return [
    `this machine could not keep the rate: ${late} of ${orders.length} orders were sent more than ${lateMs}ms after they were due (event loop late by ${p99}ms at p99)`,
  ];
}
