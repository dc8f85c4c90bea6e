/** What a load test found, for people and programs. Pure. */
import type { Failure, Transition } from '../../../functions/contract/api.ts';
import {
  type ShownStatus,
  type StageId,
  stages,
  statuses,
  type WaitId,
} from '../../../functions/contract/workflow.ts';
import type { Submission } from '../submit.ts';
import { hasEnded, type ObservedOrder } from './observed.ts';
import { isThrottle } from './standing.ts';
import { type Interval, peakOf, type Statistics, statisticsOf } from './statistics.ts';
import type { Threshold, ThresholdResult } from './thresholds.ts';
import { type Timeline, timelineOf } from './timeline.ts';
import { type Check, judge } from './verdict.ts';

/** How long the waits take, in wall time, ms. */
export type WaitLengths = Readonly<Record<WaitId, number>>;

export interface LoadedOrder {
  readonly orderId: string;
  readonly sample: string;
  readonly total: number;
  readonly expected: {
    readonly status: 'completed' | 'failed';
    readonly stage?: StageId;
    readonly code?: string;
  };
  /** `unsubmitted` when the test was cut short, `refused` when it could not be submitted. */
  readonly status: ShownStatus | 'unsubmitted' | 'refused';
  readonly submittedAt?: string;
  readonly executionArn?: string;
  readonly failure?: Failure;
  readonly error?: { readonly name: string; readonly message: string };
  readonly acceptedMs?: number;
  readonly terminalMs?: number;
  readonly activeMs?: number;
}

export interface LoadReport {
  readonly passed: boolean;
  /** Why not all orders were waited for; absent when they were. */
  readonly cut?: Cut;
  readonly seed: number;
  readonly round: number;
  readonly via: Submission['via'];
  readonly concurrency: number;
  /** Orders a second that were to be sent; absent where they were sent as fast as possible. */
  readonly ratePerSecond?: number;
  readonly mix: Readonly<Record<string, number>>;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly checks: readonly Check[];
  /** Milliseconds. */
  readonly times: {
    readonly accepted?: Statistics;
    readonly terminal?: Statistics;
    readonly active?: Statistics;
    /** How much later than scheduled orders were sent. */
    readonly drift?: Statistics;
  };
  /** Status -> from the status before it to this one, ms. */
  readonly stages: Readonly<Record<string, Statistics>>;
  readonly thresholds: readonly ThresholdResult[];
  readonly outcome: {
    readonly planned: number;
    readonly submitted: number;
    readonly completed: number;
    readonly failed: number;
    readonly running: number;
    /** Code of a failure -> orders. */
    readonly failures: Readonly<Record<string, number>>;
    /** Name of an error at submission -> orders. */
    readonly errors: Readonly<Record<string, number>>;
    readonly throttled: number;
  };
  readonly rate: { readonly peakRunning: number; readonly completedPerSecond: number };
  readonly timeline: Timeline;
  readonly orders: readonly LoadedOrder[];
}

/**
 * `stopped`: not all orders were submitted, and those that were have been followed to their ends. In a report that is `interrupted`,
 * at its `timeout` or `killed` some may be on their way.
 */
export type Cut = 'stopped' | 'interrupted' | 'timeout' | 'killed';

export interface ReportOptions extends Pick<Submission, 'via'> {
  readonly seed: number;
  readonly round: number;
  readonly concurrency: number;
  /** Epoch ms. */
  readonly began: number;
  readonly now: number;
  readonly cut: Cut | undefined;
  readonly waits: WaitLengths;
  readonly rate?: number | undefined;
  readonly thresholds?: readonly Threshold[] | undefined;
}

/** Judges and measures the orders of a test that is over now. */
export function reportOn(
  orders: readonly ObservedOrder[],
  { cut, waits, began, now, ...options }: ReportOptions,
): LoadReport {
  const checks = judge(orders, { isPartial: cut !== undefined && cut !== 'stopped' });
  const loaded = orders.map((each) => loadedOrder(each, waits));
  const { seed, round, via, concurrency, rate: perSecond, thresholds = [] } = options;
  const spans = orders.flatMap((each) => spanOf(each, now) ?? []);
  const durationMs = Math.round(
    spans.reduce((longest, { to }) => Math.max(longest, to - began), 0),
  );
  const outcome = outcomeOf(orders);
  const times = {
    ...timed('accepted', loaded, ({ acceptedMs }) => acceptedMs),
    ...timed('terminal', loaded, ({ terminalMs }) => terminalMs),
    ...timed('active', loaded, ({ activeMs }) => activeMs),
    ...timed('drift', orders, ({ driftMs }) => driftMs),
  };
  const judged = thresholds.map(({ judge: of }) => of({ checks, outcome, times }));
  return {
    passed: [...checks, ...judged].every(({ passed }) => passed),
    ...(cut ? { cut } : {}),
    seed,
    round,
    via,
    concurrency,
    ...(perSecond === undefined ? {} : { ratePerSecond: perSecond }),
    mix: countBy(orders, ({ sample }) => sample),
    startedAt: new Date(began).toISOString(),
    durationMs,
    checks,
    times,
    stages: stageTimes(orders),
    thresholds: judged,
    outcome,
    rate: rateOf(orders, { spans, durationMs }),
    timeline: timelineOf(orders, { began, durationMs }),
    orders: loaded,
  };
}

function loadedOrder(order: ObservedOrder, waits: WaitLengths): LoadedOrder {
  const { orderId, sample, total, expected, submittedAt, acceptedMs, endedMs, error } = order;
  const { status, failure, executionArn = order.executions[0]?.arn } = order.record ?? {};
  const { stage, code } = expected;
  const ended = hasEnded(order) && endedMs !== undefined;
  const unaccepted = submittedAt === undefined ? 'unsubmitted' : error ? 'refused' : 'received';
  return {
    orderId,
    sample,
    total,
    expected: {
      status: expected.status,
      ...(stage && code ? { stage, code } : {}),
    },
    status: status ?? unaccepted,
    ...(submittedAt === undefined ? {} : { submittedAt: new Date(submittedAt).toISOString() }),
    ...(executionArn ? { executionArn } : {}),
    ...(failure ? { failure } : {}),
    ...(error ? { error } : {}),
    ...(acceptedMs === undefined ? {} : { acceptedMs: Math.round(acceptedMs * 10) / 10 }),
    ...(ended ? { terminalMs: Math.round(endedMs) } : {}),
    ...(ended ? { activeMs: Math.round(Math.max(0, endedMs - waited(order, waits))) } : {}),
  };
}

/** How long an order was in waits, ms: each at most as long as it stayed in the wait's status. */
function waited({ record }: ObservedOrder, waits: WaitLengths): number {
  const transitions: readonly Transition[] = record?.transitions ?? [];
  return stages.reduce((sum, stage) => {
    if (stage.kind !== 'wait') return sum;
    const from = transitions.findIndex(({ status }) => status === stage.status);
    const [began, next] = [transitions[from]?.at, transitions[from + 1]?.at];
    if (from < 0 || !began || !next) return sum;
    return sum + Math.min(waits[stage.id], Date.parse(next) - Date.parse(began));
  }, 0);
}

/** How long orders took from each status to the next, in the order of the workflow. */
function stageTimes(orders: readonly ObservedOrder[]): Record<string, Statistics> {
  const taken = new Map<string, number[]>(statuses.map((status) => [status, []]));
  for (const { record } of orders) {
    const transitions: readonly Transition[] = record?.transitions ?? [];
    for (const [index, { status, at }] of transitions.entries()) {
      const before = transitions[index - 1];
      if (before) taken.get(status)?.push(Date.parse(at) - Date.parse(before.at));
    }
  }
  return Object.fromEntries(
    [...taken].flatMap(([status, each]) => {
      const statistics = statisticsOf(each);
      return statistics ? [[status, statistics]] : [];
    }),
  );
}

function timed<Name extends string, Order>(
  name: Name,
  orders: readonly Order[],
  of: (order: Order) => number | undefined,
): { [Key in Name]?: Statistics } {
  const statistics = statisticsOf(orders.flatMap((each) => of(each) ?? []));
  return statistics ? ({ [name]: statistics } as { [Key in Name]: Statistics }) : {};
}

function outcomeOf(orders: readonly ObservedOrder[]): LoadReport['outcome'] {
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
    failures: countBy(failed, ({ record }) => record?.failure?.code ?? String(record?.status)),
    errors: countBy(refused, ({ name }) => name),
    throttled: refused.filter(({ name }) => isThrottle(name)).length,
  };
}

function rateOf(
  orders: readonly ObservedOrder[],
  { spans, durationMs }: { readonly spans: readonly Interval[]; readonly durationMs: number },
): LoadReport['rate'] {
  const completed = orders.filter(({ record }) => record?.status === 'completed').length;
  const perSecond = durationMs > 0 ? completed / (durationMs / 1000) : 0;
  return {
    peakRunning: peakOf(spans),
    completedPerSecond: Math.round(perSecond * 100) / 100,
  };
}

/** From when to when an accepted order was on its way, epoch ms; one that has not ended is until now. */
function spanOf(order: ObservedOrder, now: number): Interval | undefined {
  const { submittedAt, endedMs, acceptedMs } = order;
  if (submittedAt === undefined || acceptedMs === undefined) return undefined;
  return { from: submittedAt, to: endedMs === undefined ? now : submittedAt + endedMs };
}

/** How many there are of which, the most first. */
function countBy<T>(all: readonly T[], of: (each: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const each of all) counts.set(of(each), (counts.get(of(each)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}
