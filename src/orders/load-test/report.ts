/** Builds the report of a load test. Pure. */
import { countBy } from '../../workflow/count-by.ts';
import type { WaitDurations } from '../../workflow/durations.ts';
import type { Submission } from '../actions/submit.ts';
import { type Check, notChecked } from './check-result.ts';
import { runChecks } from './checks.ts';
import { countOutcomes, findWarnings, measureRates, runningInterval } from './figures.ts';
import { canCheck, type FollowUntil } from './follow-until.ts';
import type { ObservedOrder } from './observed-orders.ts';
import type { LoadedOrder, LoadReport, TruncationReason, WarmUp } from './report-types.ts';
import type { SideEffectSnapshot } from './side-effects.ts';
import { countFunctionVersions, type PlannedSetup } from './test-setup.ts';
import type { Threshold } from './thresholds.ts';
import { buildTimeline } from './timeline.ts';
import { measureOrder, summarizeStageTimes, summarizeTimes } from './times.ts';

export interface ReportOptions
  extends Pick<Submission, 'via'>,
    Pick<LoadReport, 'seed' | 'round' | 'concurrency' | 'tool'> {
  readonly setup?: PlannedSetup | undefined;
  readonly until?: FollowUntil | undefined;
  readonly rampMs?: number | undefined;
  readonly warmUp?: WarmUp | undefined;
  /** Start and end of the measurement (ms since the epoch). */
  readonly startedAtMs: number;
  readonly now: number;
  readonly truncation: TruncationReason | undefined;
  readonly waits: WaitDurations;
  readonly rate?: number | undefined;
  readonly thresholds?: readonly Threshold[] | undefined;
  readonly sideEffects?: SideEffectSnapshot | undefined;
}

/** Whether the current state of the orders exceeds a threshold. */
export function isAnyThresholdBroken(
  orders: readonly ObservedOrder[],
  { waits, thresholds }: { waits: WaitDurations; thresholds: readonly Threshold[] },
): boolean {
  const times = summarizeTimes(orders.map((order) => measureOrder(order, waits)));
  const outcome = countOutcomes(orders);
  const current = { checks: [], outcome, times, stages: summarizeStageTimes(orders, waits) };
  return thresholds.some((threshold) => threshold.isBroken(current));
}

/** Runs the checks, measures the orders, and evaluates the thresholds. */
export function buildReport(
  orders: readonly ObservedOrder[],
  { truncation, waits, startedAtMs, now, ...options }: ReportOptions,
): LoadReport {
  const { until = 'terminal', setup, tool, warmUp, rampMs, sideEffects } = options;
  const isTruncated = truncation !== undefined && truncation !== 'stopped';
  const isPartial = isTruncated || until !== 'terminal';
  const checks = runChecks(orders, { isPartial, sideEffects }).map((check) =>
    limitCheck(check, until),
  );
  const loaded = orders.map((order) => toLoadedOrder(order, waits));
  const { seed, round, via, concurrency, rate, thresholds = [] } = options;
  const spans = orders.flatMap((order) => runningInterval(order, now) ?? []);
  const durationMs = Math.round(
    spans.reduce((longest, { to }) => Math.max(longest, to - startedAtMs), 0),
  );
  const outcome = countOutcomes(orders);
  const times = summarizeTimes(loaded);
  const stages = summarizeStageTimes(orders, waits);
  const thresholdResults = thresholds.map((threshold) =>
    threshold.evaluate({ checks, outcome, times, stages }),
  );
  const results = [...checks.filter(({ notJudged }) => !notJudged), ...thresholdResults];
  return {
    passed: results.every(({ passed }) => passed),
    ...(truncation ? { cut: truncation } : {}),
    ...(setup ? { setup: { ...setup, functionVersions: countFunctionVersions(loaded) } } : {}),
    seed,
    round,
    via,
    concurrency,
    until,
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
    ...(rampMs ? { rampMs } : {}),
    mix: Object.fromEntries(countBy(orders, ({ sample }) => sample)),
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs,
    checks,
    times,
    stages,
    thresholds: thresholdResults,
    outcome,
    rate: measureRates(orders, { spans, startedAtMs, durationMs }),
    timeline: buildTimeline(orders, { startedAtMs, durationMs }),
    ...(warmUp ? { warmUp } : {}),
    tool,
    warnings: findWarnings(loaded, tool),
    orders: loaded,
  };
}

/** Replaces a check that cannot be made because orders were not followed far enough. */
function limitCheck(check: Check, until: FollowUntil): Check {
  return canCheck(until, check.id)
    ? check
    : notChecked(check.id, `orders were followed only until ${until}`);
}

/** Summarizes the warm-up orders. */
export function summarizeWarmUp(orders: readonly ObservedOrder[], waits: WaitDurations): WarmUp {
  const { submitted, completed, failed, errors } = countOutcomes(orders);
  const times = summarizeTimes(orders.map((order) => measureOrder(order, waits)));
  return { submitted, completed, failed, errors, times };
}

function toLoadedOrder(order: ObservedOrder, waits: WaitDurations): LoadedOrder {
  const { orderId, sample, line, total, expected, submittedAt, error } = order;
  const { status, failure, executionArn = order.executions[0]?.arn } = order.record ?? {};
  const { stage, code } = expected;
  const statusWithoutItem =
    submittedAt === undefined ? 'unsubmitted' : error ? 'refused' : 'received';
  return {
    orderId,
    sample,
    ...(line === undefined ? {} : { line }),
    total,
    expected: {
      status: expected.status,
      ...(stage && code ? { stage, code } : {}),
    },
    status: status ?? statusWithoutItem,
    ...(submittedAt === undefined ? {} : { submittedAt: new Date(submittedAt).toISOString() }),
    ...(executionArn ? { executionArn } : {}),
    ...(failure ? { failure } : {}),
    ...(error ? { error } : {}),
    ...measureOrder(order, waits),
  };
}
