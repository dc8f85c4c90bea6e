/** Estimates time, work, cost and quota use of a load test on AWS. Pure. */
import { type OrderStatus, stages, statusRank } from '../../../functions/contract/workflow.ts';
import type { WaitDurations } from '../../workflow/durations.ts';
import { type Cost, calculateCost } from '../cost/cost.ts';
import type { OrderUsage } from '../cost/measure.ts';
import { prices } from '../cost/prices.ts';
import { accountLimits } from '../requests/rate-limiter.ts';
import { formatExpectedOutcome, hasTransientError } from './expected-outcome.ts';
import type { FollowUntil } from './follow-until.ts';
import type { PlannedOrder } from './plan.ts';
import { dueMs } from './schedule.ts';
import type { SubmitRate } from './submitter.ts';

/** Orders that use the same resources. */
export interface OrderKind {
  readonly example: PlannedOrder;
  readonly count: number;
}

/** Groups orders by outcome, number of lines, and everything else that affects their use of resources. */
export function groupByKind(orders: readonly PlannedOrder[]): OrderKind[] {
  const kinds = new Map<string, { example: PlannedOrder; count: number }>();
  for (const example of orders) {
    const { expected, order } = example;
    const key = [
      formatExpectedOutcome(expected),
      expected.creditChecked,
      expected.warnings.join(),
      order.items.length,
      // Retried attempts cost more, although the order ends like any other.
      hasTransientError(order) && order.customerId,
    ].join('/');
    const known = kinds.get(key);
    if (known) known.count += 1;
    else kinds.set(key, { example, count: 1 });
  }
  return [...kinds.values()];
}

export interface QuotaUse {
  readonly id: 'starts' | 'concurrency' | 'running';
  readonly what: string;
  /** Use at the peak. */
  readonly used: number;
  /** Quota of an account in one Region, unless raised. */
  readonly limit: number;
}

export interface Estimate {
  readonly orders: number;
  /** Time from the first to the last submission (ms). */
  readonly submittingMs: number;
  /** Time from the last submission until all orders are done (ms). */
  readonly drainingMs: number;
  readonly work: {
    readonly invocations: number;
    readonly operations: number;
    /** Writes of items, including those to indexes. */
    readonly writes: number;
  };
  /** In dollars. */
  readonly cost: {
    readonly orders: number;
    /** Share of `orders` that the simulated services cost (dollars). */
    readonly simulated: number;
    /** Maximum cost of the reads that follow the orders. */
    readonly following: number;
    readonly pricesAsOf: string;
  };
  readonly quotas: readonly QuotaUse[];
}

export interface EstimateOptions extends SubmitRate {
  readonly via: 'invoke' | 'api';
  /** How far orders are followed. */
  readonly until: FollowUntil;
  readonly waits: WaitDurations;
  /** Speed-up of the waits in the target. */
  readonly timeScale: number;
  /** Concurrency quota of the account, if known. */
  readonly concurrencyLimit?: number | undefined;
}

/** Typical duration of a submission on AWS (ms). It converts concurrency to a rate. */
const typicalAcceptMs = 50;
/** Default quotas of an account (Lambda quotas): concurrent invocations and running durable executions. */
const defaultQuotas = { concurrency: 1000, running: 5_000_000 };
/** Maximum number of polls per second and order on AWS. */
const maxPollsPerSecond = 1;

/** Estimated use of resources by the orders of one kind. */
interface KindEstimate {
  readonly count: number;
  readonly usage: OrderUsage;
  readonly cost: Cost;
  /** Duration of one order in the target (ms): all its waits, and the waits during which it is followed. */
  readonly waitMs: number;
  readonly followedWaitMs: number;
  readonly activeMs: number;
}

/** Sums a value over all orders. */
type Total = (value: (kind: KindEstimate) => number) => number;

/** Estimates a load test. `measured` contains the resources that one order of each kind uses. */
export function estimate(
  kinds: readonly OrderKind[],
  measured: readonly OrderUsage[],
  options: EstimateOptions,
): Estimate {
  const { until, waits } = options;
  const estimates = kinds.map(({ example: { expected }, count }, index): KindEstimate => {
    const usage = measured[index] as OrderUsage;
    return {
      count,
      usage,
      cost: calculateCost(usage),
      waitMs: sumWaitMs(expected.statuses, waits),
      followedWaitMs: sumWaitMs(expected.statuses.filter(isReachedBefore(until)), waits),
      activeMs: usage.durationMs,
    };
  });
  const total: Total = (value) =>
    estimates.reduce((sum, kind) => sum + value(kind) * kind.count, 0);
  const orders = total(() => 1);
  const submittingMs = Math.round(submitTimeMs(orders, options));
  const durations = estimates.map(({ followedWaitMs, activeMs }) => followedWaitMs + activeMs);
  return {
    orders,
    submittingMs,
    drainingMs: until === 'accepted' ? 0 : Math.round(Math.max(0, ...durations)),
    work: {
      invocations: total(({ usage }) => usage.invocations),
      operations: total(({ usage }) => usage.operations),
      writes: total(({ usage }) => countTableWrites(usage)),
    },
    cost: estimateCost(total, options),
    quotas: estimateQuotas(total, { ...options, orders, submittingMs }),
  };
}

const countTableWrites = ({ tables }: OrderUsage) =>
  Object.values(tables).reduce((sum, table) => sum + table.writes + table.indexWrites, 0);

function estimateCost(total: Total, { via, until, timeScale }: EstimateOptions): Estimate['cost'] {
  const followedSeconds = total(
    ({ followedWaitMs, activeMs }) => (followedWaitMs * timeScale + activeMs) / 1000,
  );
  const reads = until === 'accepted' ? 0 : followedSeconds * maxPollsPerSecond;
  return {
    orders: roundDollars(
      total(({ cost }) => (cost.perMillion - (via === 'api' ? 0 : cost.apiPerMillion)) / 1e6),
    ),
    simulated: roundDollars(total(({ cost }) => cost.simulatedPerMillion / 1e6)),
    following: roundDollars(reads * prices.readUnit),
    pricesAsOf: prices.asOf,
  };
}

function estimateQuotas(
  total: Total,
  options: EstimateOptions & Pick<Estimate, 'orders' | 'submittingMs'>,
): QuotaUse[] {
  const { orders, submittingMs, timeScale, concurrencyLimit } = options;
  const startsPerSecond = Math.min(orders, peakRate(options));
  const meanInvocationMs = orders > 0 ? total(({ usage }) => usage.durationMs) / orders : 0;
  const concurrency = Math.min(orders, (startsPerSecond * meanInvocationMs) / 1000);
  const running = total(({ waitMs, activeMs }) =>
    Math.min(1, (waitMs * timeScale + activeMs) / Math.max(1, submittingMs)),
  );
  return [
    {
      id: 'starts',
      what: 'execution starts per second',
      used: roundToTenth(startsPerSecond),
      limit: accountLimits.startsPerSecond,
    },
    {
      id: 'concurrency',
      what: 'concurrent invocations',
      used: Math.ceil(concurrency),
      limit: concurrencyLimit ?? defaultQuotas.concurrency,
    },
    {
      id: 'running',
      what: 'running executions',
      used: Math.ceil(running),
      limit: defaultQuotas.running,
    },
  ];
}

/** Returns whether a status ends before an order that is followed to `until` is done. */
const isReachedBefore = (until: FollowUntil) => (status: OrderStatus) =>
  until === 'terminal' || (until !== 'accepted' && statusRank(status) < statusRank(until));

/** Returns the time that an order spends in waits (ms). */
function sumWaitMs(reached: readonly OrderStatus[], waits: WaitDurations): number {
  return stages.reduce(
    (sum, stage) =>
      sum + (stage.kind === 'wait' && reached.includes(stage.status) ? waits[stage.id] : 0),
    0,
  );
}

/** Returns the peak rate of submissions (orders per second). */
export function peakRate({ rate, concurrency }: SubmitRate): number {
  return rate ?? Math.min(accountLimits.startsPerSecond, (concurrency * 1000) / typicalAcceptMs);
}

function submitTimeMs(orders: number, submitRate: SubmitRate): number {
  const { rate, rampMs = 0, durationMs } = submitRate;
  if (durationMs !== undefined) return durationMs;
  if (rate !== undefined) return dueMs(orders - 1, { rate, rampMs });
  return (orders / peakRate(submitRate)) * 1000;
}

const roundDollars = (amount: number) => Math.round(amount * 1e6) / 1e6;
const roundToTenth = (value: number) => Math.round(value * 10) / 10;
