import type { Order } from '../../../functions/contract/order.ts';
import { readAccountSettings } from '../../aws/account.ts';
import { describeStack, parseOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { countBy } from '../../workflow/count-by.ts';
import type { OrderUsage } from '../cost/measure.ts';
import { readWaitDurations } from '../lookup/wait-durations.ts';
import { type Estimate, estimate, groupByKind, peakRate } from './estimate.ts';
import type { FollowUntil } from './follow-until.ts';
import type { LoadOptions } from './load-options.ts';
import { planOrders } from './plan.ts';
import { planFreshOrders, rejectExcessiveApiRate } from './prepare.ts';

export interface DryRun extends Estimate {
  readonly seed: number;
  readonly round: number;
  readonly via: LoadOptions['via'];
  readonly until: FollowUntil;
  readonly concurrency: number;
  readonly ratePerSecond?: number;
  readonly rampMs?: number;
  /** Number of warm-up orders; the figures include them. */
  readonly warmUp: number;
  /** Whether the number of orders is estimated, because a duration is given instead. */
  readonly isGuess: boolean;
  readonly mix: Readonly<Record<string, number>>;
  readonly firstIds: readonly string[];
}

/** Measures the resources that each order uses. */
export type MeasureUsage = (orders: readonly Order[]) => Promise<readonly OrderUsage[]>;

/** Maximum number of ids in the output. */
const maxIds = 5;

/** Plans a load test and estimates its duration, cost and quota use. Reads the stack, and submits no order to it. */
export async function dryRun(
  target: Target,
  options: Omit<LoadOptions, 'signal'>,
  measure: MeasureUsage,
): Promise<DryRun> {
  const { seed, via, until = 'terminal', concurrency, rate, rampMs, durationMs = 0 } = options;
  await rejectExcessiveApiRate(target, options);
  const waits = await readWaitDurations(target);
  const description = await describeStack(target);
  const stack = description && { target, outputs: parseOutputs(description) };
  const fresh = await planFreshOrders(stack, options);
  const count = Math.ceil((durationMs / 1000) * peakRate(options));
  const orders = fresh.planned ?? planOrders({ ...options, round: fresh.round, count });
  const kinds = groupByKind([...fresh.warmUp, ...orders]);
  const measured = await measure(kinds.map(({ example }) => example.order));
  const { timeScale } = target;
  const { concurrency: concurrencyLimit } = (await readAccountSettings(target)) ?? {};
  return {
    seed,
    round: fresh.round,
    via,
    until,
    concurrency,
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
    ...(rampMs === undefined ? {} : { rampMs }),
    warmUp: fresh.warmUp.length,
    isGuess: fresh.planned === undefined,
    mix: Object.fromEntries(countBy(orders, ({ sample }) => sample)),
    firstIds: orders.slice(0, maxIds).map(({ orderId }) => orderId),
    ...estimate(kinds, measured, {
      ...options,
      until,
      waits,
      timeScale,
      concurrencyLimit,
    }),
  };
}
