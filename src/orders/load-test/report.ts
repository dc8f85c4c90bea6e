/** What a load test found, for people and programs. Pure. */
import { countBy } from '../../workflow/count-by.ts';
import type { WaitLengths } from '../../workflow/durations.ts';
import type { Submission } from '../actions/submit.ts';
import { type Check, unjudged } from './check-result.ts';
import { judge } from './checks.ts';
import { outcomeOf, rateOf, spanOf, warningsOf } from './figures.ts';
import { canJudge, type Goal } from './follow-until.ts';
import type { ObservedOrder } from './observed-orders.ts';
import type { Cut, LoadedOrder, LoadReport, WarmUp } from './report-types.ts';
import type { Ledger } from './side-effects.ts';
import type { Threshold } from './thresholds.ts';
import { timelineOf } from './timeline.ts';
import { stageTimes, timesOfAll, timesOfOrder } from './times.ts';

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
