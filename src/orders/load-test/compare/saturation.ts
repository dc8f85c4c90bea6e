/** Detects runs in which orders were submitted faster than they made progress. Pure. */
import { minSamplesForPercentiles, summarize } from '../../../workflow/statistics.ts';
import { dueMs } from '../schedule.ts';
import type { ComparableReport } from './comparable-report.ts';

/** Signs that a run was saturated; at least one is present. */
export interface Saturation {
  readonly backlog?: Backlog;
  /** Present if orders were submitted clearly more slowly than scheduled. */
  readonly submitted?: { readonly perSecond: number; readonly scheduledPerSecond: number };
}

/** Median time to the first status (ms) of the first third of the orders, and of the slower of the other thirds. */
export interface Backlog {
  readonly startMs: number;
  readonly laterMs: number;
  readonly later: 'middle' | 'end';
}

/** Saturation of each run; absent if the run shows no sign of it. */
export interface Saturations {
  readonly a?: Saturation;
  readonly b?: Saturation;
}

/** A smaller growth of the time to the first status is no backlog, whatever its share (ms). */
const minGrowthMs = 250;
/** The time to the first status is this many times as long in a backlog ... */
const backlogFactor = 2;
/** ... or has grown by this share of the time in which all orders were due, if it was long from the start. */
const backlogGrowthShare = 0.5;
/** Smallest share of the scheduled rate that counts as kept. */
const minRateShare = 0.9;

/** Returns the saturation of both runs. */
export function findSaturations(reports: {
  readonly a: ComparableReport;
  readonly b: ComparableReport;
}): Saturations {
  const [a, b] = [findSaturation(reports.a), findSaturation(reports.b)];
  return { ...(a ? { a } : {}), ...(b ? { b } : {}) };
}

/**
 * Returns the signs that a run was saturated; undefined if there is none, for few orders, and for reports without the times of the
 * first status. Without a schedule, orders always wait for each other: their times are times of a queue, and not judged here.
 */
function findSaturation(report: ComparableReport): Saturation | undefined {
  const { ratePerSecond: rate, rampMs = 0, orders } = report;
  if (rate === undefined || orders.length < minSamplesForPercentiles) return undefined;
  const scheduledMs = dueMs(orders.length - 1, { rate, rampMs });
  const backlog = findBacklog(orders, scheduledMs);
  const submitted = findSlowSubmission(report, { rate, rampMs });
  if (!backlog && !submitted) return undefined;
  return { ...(backlog ? { backlog } : {}), ...(submitted ? { submitted } : {}) };
}

/** Compares the times to the first status of the first third of the orders with the times of the others. */
function findBacklog(orders: ComparableReport['orders'], scheduledMs: number): Backlog | undefined {
  const size = orders.length / 3;
  const [startMs, middleMs = 0, endMs = 0] = [0, 1, 2].map((index) => {
    const part = orders.slice(Math.round(index * size), Math.round((index + 1) * size));
    return summarize(part.flatMap(({ firstStatusMs }) => firstStatusMs ?? []))?.median;
  });
  if (startMs === undefined) return undefined;
  const laterMs = Math.max(middleMs, endMs);
  const growthMs = laterMs - startMs;
  const isLarge =
    laterMs >= backlogFactor * startMs || growthMs >= backlogGrowthShare * scheduledMs;
  if (growthMs < minGrowthMs || !isLarge) return undefined;
  return { startMs, laterMs, later: middleMs > endMs ? 'middle' : 'end' };
}

/** Returns the rates if orders were submitted clearly more slowly than scheduled. */
function findSlowSubmission(
  { rate, outcome: { submitted } }: ComparableReport,
  schedule: { readonly rate: number; readonly rampMs: number },
): Saturation['submitted'] {
  const perSecond = rate.sentPerSecond;
  if (perSecond === undefined || submitted < 2) return undefined;
  const scheduled = ((submitted - 1) * 1000) / dueMs(submitted - 1, schedule);
  if (perSecond >= minRateShare * scheduled) return undefined;
  return { perSecond, scheduledPerSecond: Math.round(scheduled * 100) / 100 };
}

/** Whether a report of scheduled orders lacks the times from which a backlog is detected. */
export const hidesBacklog = ({ ratePerSecond, orders }: ComparableReport) =>
  ratePerSecond !== undefined &&
  orders.length >= minSamplesForPercentiles &&
  orders.every(({ firstStatusMs }) => firstStatusMs === undefined);
