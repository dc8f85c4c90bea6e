/** How long orders took, from when each was due. Pure. */
import type { Transition } from '../../../functions/contract/api.ts';
import { stages, statuses, type WaitId } from '../../../functions/contract/workflow.ts';
import type { WaitLengths } from '../../workflow/durations.ts';
import { type Statistics, statisticsOf } from '../../workflow/statistics.ts';
import { hasEnded, type ObservedOrder } from './observed-orders.ts';

/** Milliseconds. */
export interface OrderTimes {
  /** How much later than due it was sent; absent where there was no schedule. */
  readonly driftMs?: number;
  readonly acceptedMs?: number;
  readonly firstStatusMs?: number;
  /** To the status that it was followed to. */
  readonly reachedMs?: number;
  readonly terminalMs?: number;
  /** Of that, what the workflow's waits are meant to take. */
  readonly waitMs?: number;
  /** The rest: a wait that took longer than it is meant to counts here. */
  readonly activeMs?: number;
}

/** Milliseconds, from when an order was due; each absent where nothing was measured. */
export interface Times {
  readonly accepted?: Statistics;
  readonly firstStatus?: Statistics;
  readonly reached?: Statistics;
  readonly terminal?: Statistics;
  readonly active?: Statistics;
  readonly wait?: Statistics;
  /** How much later than due orders were sent. */
  readonly drift?: Statistics;
}

/** What is known of one order's times. */
export function timesOfOrder(order: ObservedOrder, waits: WaitLengths): OrderTimes {
  const { driftMs, acceptedMs, firstStatusMs, reachedMs, endedMs } = order;
  const waitMs = Math.round(waited(order, waits));
  return {
    ...(driftMs === undefined ? {} : { driftMs: tenths(driftMs) }),
    ...(acceptedMs === undefined ? {} : { acceptedMs: tenths(acceptedMs) }),
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

/** What the times of many orders are like. */
export function timesOfAll(orders: readonly OrderTimes[]): Times {
  return {
    ...timed('accepted', orders, ({ acceptedMs }) => acceptedMs),
    ...timed('firstStatus', orders, ({ firstStatusMs }) => firstStatusMs),
    ...timed('reached', orders, ({ reachedMs }) => reachedMs),
    ...timed('terminal', orders, ({ terminalMs }) => terminalMs),
    ...timed('active', orders, ({ activeMs }) => activeMs),
    ...timed('wait', orders, ({ waitMs }) => waitMs),
    ...timed('drift', orders, ({ driftMs }) => driftMs),
  };
}

const tenths = (ms: number) => Math.round(ms * 10) / 10;

function timed<Name extends keyof Times>(
  name: Name,
  orders: readonly OrderTimes[],
  of: (order: OrderTimes) => number | undefined,
): { [Key in Name]?: Statistics } {
  const statistics = statisticsOf(orders.flatMap((each) => of(each) ?? []));
  return statistics ? ({ [name]: statistics } as { [Key in Name]: Statistics }) : {};
}

/** Status of a wait -> the wait. */
const waitOf: ReadonlyMap<string, WaitId> = new Map(
  stages.flatMap((each) => (each.kind === 'wait' ? [[each.status, each.id]] : [])),
);

/** How long an order was in waits, ms: each at most as long as it is meant to take. */
function waited({ record }: ObservedOrder, waits: WaitLengths): number {
  const transitions: readonly Transition[] = record?.transitions ?? [];
  return transitions.reduce((sum, { status, at }, index) => {
    const wait = waitOf.get(status);
    const next = transitions[index + 1];
    if (!wait || !next) return sum;
    return sum + Math.min(waits[wait], Date.parse(next.at) - Date.parse(at));
  }, 0);
}

/**
 * Status -> how long orders took to reach it from the one before, without the workflow's waits, in the order of the
 * workflow; the first one from when an order was due.
 */
export function stageTimes(
  orders: readonly ObservedOrder[],
  waits: WaitLengths,
): Record<string, Statistics> {
  const taken = new Map<string, number[]>(statuses.map((status) => [status, []]));
  taken.set('failed', []);
  for (const { record, firstStatusMs } of orders) {
    const transitions: readonly Transition[] = record?.transitions ?? [];
    let before: { readonly status: string; readonly at: number } | undefined;
    for (const { status, at: told } of transitions) {
      const at = Date.parse(told);
      const ms = before ? at - before.at : firstStatusMs;
      const wait = waitOf.get(before?.status ?? '');
      const waiting = wait && ms !== undefined ? Math.min(waits[wait], ms) : 0;
      if (ms !== undefined) taken.get(status)?.push(ms - waiting);
      before = { status, at };
    }
  }
  return Object.fromEntries(
    [...taken].flatMap(([status, each]) => {
      const statistics = statisticsOf(each);
      return statistics ? [[status, statistics]] : [];
    }),
  );
}
