/** What a load test found, for people and programs. Pure. */
import type { Failure } from '../../../functions/contract/api.ts';
import type { ShownStatus, StageId } from '../../../functions/contract/workflow.ts';
import { countBy } from '../../workflow/count-by.ts';
import type { WaitLengths } from '../../workflow/durations.ts';
import type { Statistics } from '../../workflow/statistics.ts';
import type { Submission } from '../submit.ts';
import { type Check, unjudged } from './check.ts';
import { outcomeOf, rateOf, spanOf, warningsOf } from './figures.ts';
import { canJudge, type Goal } from './goal.ts';
import type { Ledger } from './ledger.ts';
import type { ToolUsage } from './meter.ts';
import type { ObservedOrder } from './observed.ts';
import type { Threshold, ThresholdResult } from './thresholds.ts';
import { type Timeline, timelineOf } from './timeline.ts';
import { type OrderTimes, stageTimes, type Times, timesOfAll, timesOfOrder } from './times.ts';
import { judge } from './verdict.ts';

export interface LoadedOrder extends OrderTimes {
  readonly orderId: string;
  readonly sample: string;
  /** Of the file that it is from. */
  readonly line?: number;
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
}

export interface LoadReport {
  readonly passed: boolean;
  /** Why not all orders were waited for; absent when they were. */
  readonly cut?: Cut;
  readonly seed: number;
  readonly round: number;
  readonly via: Submission['via'];
  readonly concurrency: number;
  /** How far orders were followed. */
  readonly until: Goal;
  /** Orders a second that were to be sent; absent where they were sent as fast as possible. */
  readonly ratePerSecond?: number;
  /** How long that rate took to rise from nothing, ms. */
  readonly rampMs?: number;
  readonly mix: Readonly<Record<string, number>>;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly checks: readonly Check[];
  readonly times: Times;
  /** Status -> from the status before it to this one without waits, ms; the first from when an order was due. */
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
    /** Tries to submit that the service refused as too much, those of orders that it took later included. */
    readonly throttled: number;
    readonly throttledOrders: number;
  };
  readonly timeline: Timeline;
  readonly rate: {
    readonly peakRunning: number;
    readonly completedPerSecond: number;
    /** From the first order that was sent to the last; absent where there were not two. */
    readonly sentPerSecond?: number;
  };
  /** The orders before the measured ones, which are in no other figure. */
  readonly warmUp?: WarmUp;
  /** What the test itself took. */
  readonly tool: ToolUsage;
  /** What makes the figures doubtful. */
  readonly warnings: readonly string[];
  readonly orders: readonly LoadedOrder[];
}

export interface WarmUp extends Pick<LoadReport['outcome'], 'submitted' | 'completed' | 'failed'> {
  readonly errors: Readonly<Record<string, number>>;
  readonly times: Times;
}

/**
 * `stopped`: not all orders were submitted, and those that were have been followed to their ends. In a report that is `interrupted`,
 * at its `timeout`, at a `threshold` that was broken, or `killed` some may be on their way.
 */
export type Cut = 'stopped' | 'interrupted' | 'timeout' | 'threshold' | 'killed';

export interface ReportOptions
  extends Pick<Submission, 'via'>,
    Pick<LoadReport, 'seed' | 'round' | 'concurrency' | 'tool'> {
  readonly until?: Goal | undefined;
  readonly rampMs?: number | undefined;
  readonly warmUp?: WarmUp | undefined;
  /** Epoch ms. */
  readonly began: number;
  readonly now: number;
  readonly cut: Cut | undefined;
  readonly waits: WaitLengths;
  readonly rate?: number | undefined;
  readonly thresholds?: readonly Threshold[] | undefined;
  readonly ledger?: Ledger | undefined;
}

/** Whether a threshold is broken by what was seen of the orders so far. */
export function isBroken(
  orders: readonly ObservedOrder[],
  { waits, thresholds }: { waits: WaitLengths; thresholds: readonly Threshold[] },
): boolean {
  const times = timesOfAll(orders.map((each) => timesOfOrder(each, waits)));
  const outcome = outcomeOf(orders);
  const soFar = { checks: [], outcome, times, stages: stageTimes(orders, waits) };
  return thresholds.some((each) => each.isBroken(soFar));
}

/** Judges and measures the orders of a test that is over now. */
export function reportOn(
  orders: readonly ObservedOrder[],
  { cut, waits, began, now, ...options }: ReportOptions,
): LoadReport {
  const { until = 'terminal', tool, warmUp, rampMs, ledger } = options;
  const isPartial = (cut !== undefined && cut !== 'stopped') || until !== 'terminal';
  const checks = judge(orders, { isPartial, ledger }).map((each) => limited(each, until));
  const loaded = orders.map((each) => loadedOrder(each, waits));
  const { seed, round, via, concurrency, rate: perSecond, thresholds = [] } = options;
  const spans = orders.flatMap((each) => spanOf(each, now) ?? []);
  const durationMs = Math.round(
    spans.reduce((longest, { to }) => Math.max(longest, to - began), 0),
  );
  const outcome = outcomeOf(orders);
  const times = timesOfAll(loaded);
  const stages = stageTimes(orders, waits);
  const judged = thresholds.map(({ judge: of }) => of({ checks, outcome, times, stages }));
  return {
    passed: [...checks.filter((each) => !each.notJudged), ...judged].every(({ passed }) => passed),
    ...(cut ? { cut } : {}),
    seed,
    round,
    via,
    concurrency,
    until,
    ...(perSecond === undefined ? {} : { ratePerSecond: perSecond }),
    ...(rampMs ? { rampMs } : {}),
    mix: Object.fromEntries(countBy(orders, ({ sample }) => sample)),
    startedAt: new Date(began).toISOString(),
    durationMs,
    checks,
    times,
    stages,
    thresholds: judged,
    outcome,
    rate: rateOf(orders, { spans, durationMs }),
    timeline: timelineOf(orders, { began, durationMs }),
    ...(warmUp ? { warmUp } : {}),
    tool,
    warnings: warningsOf(loaded, tool),
    orders: loaded,
  };
}

/** A check that says nothing of orders that were not followed far enough has not passed, nor failed. */
function limited(check: Check, until: Goal): Check {
  return canJudge(until, check.id)
    ? check
    : unjudged(check.id, `orders were followed until ${until}`);
}

/** What became of orders that are not measured. */
export function warmUpOf(orders: readonly ObservedOrder[], waits: WaitLengths): WarmUp {
  const { submitted, completed, failed, errors } = outcomeOf(orders);
  const times = timesOfAll(orders.map((each) => timesOfOrder(each, waits)));
  return { submitted, completed, failed, errors, times };
}

function loadedOrder(order: ObservedOrder, waits: WaitLengths): LoadedOrder {
  const { orderId, sample, line, total, expected, submittedAt, error } = order;
  const { status, failure, executionArn = order.executions[0]?.arn } = order.record ?? {};
  const { stage, code } = expected;
  const unaccepted = submittedAt === undefined ? 'unsubmitted' : error ? 'refused' : 'received';
  return {
    orderId,
    sample,
    ...(line === undefined ? {} : { line }),
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
    ...timesOfOrder(order, waits),
  };
}
