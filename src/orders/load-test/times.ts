/** Measures how long orders took from their scheduled submission. Pure. */
import type { Transition } from '../../../functions/contract/api.ts';
import { stages, statuses, type WaitId } from '../../../functions/contract/workflow.ts';
import type { WaitDurations } from '../../workflow/durations.ts';
import { type Statistics, summarize } from '../../workflow/statistics.ts';
import { hasEnded, type ObservedOrder } from './observed-orders.ts';

/** Times of one order from its scheduled submission (ms). */
export interface OrderTimes {
  /** Delay of the submission; absent without a schedule. */
  readonly driftMs?: number;
  readonly acceptedMs?: number;
  readonly firstStatusMs?: number;
  /** Time to the status of `--until`. */
  readonly reachedMs?: number;
  readonly terminalMs?: number;
  /** Planned part of the waits in `terminalMs`. */
  readonly waitMs?: number;
  /** Remainder of `terminalMs`, including the time by which waits took too long. */
  readonly activeMs?: number;
}

/** Statistics of the order times (ms); each absent if nothing was measured. */
export interface Times {
  readonly accepted?: Statistics;
  readonly firstStatus?: Statistics;
  readonly reached?: Statistics;
  readonly terminal?: Statistics;
  readonly active?: Statistics;
  readonly wait?: Statistics;
  /** Delay of the submissions. */
  readonly drift?: Statistics;
}

/** Measures the times of one order. */
export function measureOrder(order: ObservedOrder, waits: WaitDurations): OrderTimes {
  const { driftMs, acceptedMs, firstStatusMs, reachedMs, endedMs } = order;
  const waitMs = Math.round(sumWaitMs(order, waits));
  return {
    ...(driftMs === undefined ? {} : { driftMs: roundToTenth(driftMs) }),
    ...(acceptedMs === undefined ? {} : { acceptedMs: roundToTenth(acceptedMs) }),
    ...(firstStatusMs === undefined ? {} : { firstStatusMs: Math.round(firstStatusMs) }),
    ...(reachedMs === undefined ? {} : { reachedMs: Math.round(reachedMs) }),
    ...(hasEnded(order) && endedMs !== undefined
      ? {
          terminalMs: Math.round(endedMs),
          waitMs,
          activeMs: Math.max(0, Math.round(endedMs) - waitMs),
        }
      : {}),
  };
}

/** Returns statistics of the times of many orders. */
export function summarizeTimes(orders: readonly OrderTimes[]): Times {
  return {
    ...summarizeTime('accepted', orders, ({ acceptedMs }) => acceptedMs),
    ...summarizeTime('firstStatus', orders, ({ firstStatusMs }) => firstStatusMs),
    ...summarizeTime('reached', orders, ({ reachedMs }) => reachedMs),
    ...summarizeTime('terminal', orders, ({ terminalMs }) => terminalMs),
    ...summarizeTime('active', orders, ({ activeMs }) => activeMs),
    ...summarizeTime('wait', orders, ({ waitMs }) => waitMs),
    ...summarizeTime('drift', orders, ({ driftMs }) => driftMs),
  };
}

const roundToTenth = (ms: number) => Math.round(ms * 10) / 10;

function summarizeTime<Name extends keyof Times>(
  name: Name,
  orders: readonly OrderTimes[],
  time: (order: OrderTimes) => number | undefined,
): { [Key in Name]?: Statistics } {
  const statistics = summarize(orders.flatMap((order) => time(order) ?? []));
  return statistics ? ({ [name]: statistics } as { [Key in Name]: Statistics }) : {};
}

/** Ids of the waits by their status. */
const waitByStatus: ReadonlyMap<string, WaitId> = new Map(
  stages.flatMap((stage) => (stage.kind === 'wait' ? [[stage.status, stage.id]] : [])),
);

/** Returns the time that the order spent in waits (ms), for each at most its planned duration. */
function sumWaitMs({ record }: ObservedOrder, waits: WaitDurations): number {
  const transitions: readonly Transition[] = record?.transitions ?? [];
  return transitions.reduce((sum, { status, at }, index) => {
    const wait = waitByStatus.get(status);
    const next = transitions[index + 1];
    if (!wait || !next) return sum;
    return sum + Math.min(waits[wait], Date.parse(next.at) - Date.parse(at));
  }, 0);
}

/**
 * Returns statistics of the time from the previous status to each status (ms), without the planned part of waits, in
 * workflow order. The first status counts from the scheduled submission.
 */
export function summarizeStageTimes(
  orders: readonly ObservedOrder[],
  waits: WaitDurations,
): Record<string, Statistics> {
  const durations = new Map<string, number[]>(statuses.map((status) => [status, []]));
  durations.set('failed', []);
  for (const { record, firstStatusMs } of orders) {
    const transitions: readonly Transition[] = record?.transitions ?? [];
    let previous: { readonly status: string; readonly at: number } | undefined;
    for (const { status, at: time } of transitions) {
      const at = Date.parse(time);
      const ms = previous ? at - previous.at : firstStatusMs;
      const wait = waitByStatus.get(previous?.status ?? '');
      const waitMs = wait && ms !== undefined ? Math.min(waits[wait], ms) : 0;
      if (ms !== undefined) durations.get(status)?.push(ms - waitMs);
      previous = { status, at };
    }
  }
  return Object.fromEntries(
    [...durations].flatMap(([status, samples]) => {
      const statistics = summarize(samples);
      return statistics ? [[status, statistics]] : [];
    }),
  );
}
