/** What a load test would take on AWS: time, work, money and quotas. Pure. */
import { type OrderStatus, rank, stages } from '../../../functions/contract/workflow.ts';
import type { WaitLengths } from '../../workflow/durations.ts';
import { costOf } from '../cost/cost.ts';
import type { Measured } from '../cost/measure.ts';
import { prices } from '../cost/prices.ts';
import { accountLimits } from '../requests/rate-limiter.ts';
import { describeExpected } from './expected-outcome.ts';
import type { Goal } from './follow-until.ts';
import type { PlannedOrder } from './plan.ts';
import { dueMs } from './schedule.ts';
import type { Pace } from './submitter.ts';

/** Orders that take the same. */
export interface OrderKind {
  readonly example: PlannedOrder;
  readonly count: number;
}

/** The kinds of orders, by how they end and how many lines they have. */
export function kindsOf(orders: readonly PlannedOrder[]): OrderKind[] {
  const kinds = new Map<string, { example: PlannedOrder; count: number }>();
  for (const example of orders) {
    const { expected, order } = example;
    const key = [
      describeExpected(expected),
      expected.creditChecked,
      expected.warnings.join(),
      order.items.length,
      // A hiccup ends as nothing had been.
      order.customerId.endsWith('-HICCUP') && order.customerId,
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
  /** At the peak. */
  readonly used: number;
  /** Of an account in one region, unless it was raised. */
  readonly limit: number;
}

export interface Estimate {
  readonly orders: number;
  /** How long orders are sent, and how long it takes then until the last has ended, ms. */
  readonly submittingMs: number;
  readonly drainingMs: number;
  readonly work: {
    readonly invocations: number;
    readonly operations: number;
    /** Of items, those in an index included. */
    readonly writes: number;
  };
  /** In dollars; the orders', of that for the simulated services, and what the test reads at most to follow them. */
  readonly cost: {
    readonly orders: number;
    readonly simulated: number;
    readonly following: number;
    readonly pricesAsOf: string;
  };
  readonly quotas: readonly QuotaUse[];
}

export interface EstimateOptions extends Pace {
  readonly via: 'invoke' | 'api';
  /** How far orders are followed. */
  readonly until: Goal;
  readonly waits: WaitLengths;
  /** How much faster than on AWS the waits pass there. */
  readonly timeScale: number;
  /** How many functions the account runs at once, where it says so. */
  readonly concurrencyLimit?: number | undefined;
}

/** So long a submission takes on AWS, about, ms: with it, so many at once are so many a second. */
const acceptMs = 50;
/** Functions at once, and running durable executions, of an account that has asked for nothing (Lambda quotas). */
const limits = { concurrency: 1000, running: 5_000_000 };
/** How often an order on AWS is looked at, at most. */
const looksPerSecond = 1;

/** `measured` is what an order of each kind takes. */
export function estimate(
  kinds: readonly OrderKind[],
  measured: readonly Measured[],
  options: EstimateOptions,
): Estimate {
  const { via, until, waits, timeScale } = options;
  const rows = kinds.map(({ example: { expected }, count }, index) => {
    const took = measured[index] as Measured;
    const waitMs = waitsOf(expected.statuses, waits);
    const seenWaitMs = waitsOf(expected.statuses.filter(isBefore(until)), waits);
    const activeMs = took.durationMs;
    return { count, took, waitMs, seenWaitMs, activeMs, cost: costOf(took) };
  });
  const followed = until === 'accepted' ? 0 : 1;
  const total = (of: (row: (typeof rows)[number]) => number) =>
    rows.reduce((sum, row) => sum + of(row) * row.count, 0);
  const orders = total(() => 1);
  const submittingMs = Math.round(sendingMs(orders, options));
  const startsPerSecond = Math.min(orders, peakRate(options));
  const apiDollars = via === 'api' ? 0 : prices.apiRequest;
  const mean = (of: (row: (typeof rows)[number]) => number) =>
    orders > 0 ? total(of) / orders : 0;
  return {
    orders,
    submittingMs,
    drainingMs:
      followed * Math.round(Math.max(0, ...rows.map((row) => row.seenWaitMs + row.activeMs))),
    work: {
      invocations: total(({ took }) => took.invocations),
      operations: total(({ took }) => took.operations),
      writes: total(({ took }) =>
        Object.values(took.tables).reduce((sum, each) => sum + each.writes + each.indexWrites, 0),
      ),
    },
    cost: {
      orders: dollars(total(({ cost }) => cost.perMillion / 1e6 - apiDollars)),
      simulated: dollars(total(({ cost }) => cost.simulatedPerMillion / 1e6)),
      following: dollars(
        followed *
          looksPerSecond *
          prices.readUnit *
          total(({ seenWaitMs, activeMs }) => (seenWaitMs * timeScale + activeMs) / 1000),
      ),
      pricesAsOf: prices.asOf,
    },
    quotas: [
      {
        id: 'starts',
        what: 'executions started a second',
        used: tenths(startsPerSecond),
        limit: accountLimits.startsPerSecond,
      },
      {
        id: 'concurrency',
        what: 'functions running at once',
        used: Math.ceil(
          Math.min(orders, (startsPerSecond * mean(({ took }) => took.durationMs)) / 1000),
        ),
        limit: options.concurrencyLimit ?? limits.concurrency,
      },
      {
        id: 'running',
        what: 'executions on their way at once',
        used: Math.ceil(
          total(({ waitMs, activeMs }) =>
            Math.min(1, (waitMs * timeScale + activeMs) / Math.max(1, submittingMs)),
          ),
        ),
        limit: limits.running,
      },
    ],
  };
}

/** Whether an order that is followed until `goal` is seen to the end of a status. */
const isBefore = (goal: Goal) => (status: OrderStatus) =>
  goal === 'terminal' || (goal !== 'accepted' && rank(status) < rank(goal));

/** How long an order is in waits, ms. */
function waitsOf(reached: readonly OrderStatus[], waits: WaitLengths): number {
  return stages.reduce(
    (sum, stage) =>
      sum + (stage.kind === 'wait' && reached.includes(stage.status) ? waits[stage.id] : 0),
    0,
  );
}

/** Orders a second that are sent at the peak. */
export function peakRate({ rate, concurrency }: Pace): number {
  return rate ?? Math.min(accountLimits.startsPerSecond, (concurrency * 1000) / acceptMs);
}

function sendingMs(orders: number, pace: Pace): number {
  const { rate, rampMs = 0, durationMs } = pace;
  if (durationMs !== undefined) return durationMs;
  if (rate !== undefined) return dueMs(orders - 1, { rate, rampMs });
  return (orders / peakRate(pace)) * 1000;
}

const dollars = (amount: number) => Math.round(amount * 1e6) / 1e6;
const tenths = (value: number) => Math.round(value * 10) / 10;
