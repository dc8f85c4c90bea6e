/** What a load test would do, without doing it. */

import type { Order } from '../../../functions/contract/order.ts';
import { accountSettings } from '../../aws/account.ts';
import { describeStack, outputsOf } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { countBy } from '../../workflow/count-by.ts';
import type { Measured } from '../cost/measure.ts';
import { waitLengths } from '../lookup/wait-durations.ts';
import { type Estimate, estimate, kindsOf, peakRate } from './estimate.ts';
import type { Goal } from './follow-until.ts';
import { planOrders } from './plan.ts';
import { freshOrders, refuseApiRate } from './prepare.ts';
import type { LoadOptions } from './run.ts';

export interface DryRun extends Estimate {
  readonly seed: number;
  readonly round: number;
  readonly via: LoadOptions['via'];
  readonly until: Goal;
  readonly concurrency: number;
  readonly ratePerSecond?: number;
  readonly rampMs?: number;
  /** Orders before the measured ones; they are in the figures here. */
  readonly warmUp: number;
  /** Whether the number of orders is a guess: as many are sent as there is time for. */
  readonly isGuess: boolean;
  readonly mix: Readonly<Record<string, number>>;
  readonly firstIds: readonly string[];
}

/** Measures what each order takes; it is the caller's where. */
export type Measure = (orders: readonly Order[]) => Promise<readonly Measured[]>;

/** So many ids are named. */
const named = 5;

/** Reads what is deployed there and which ids are taken; submits nothing. */
export async function dryRun(
  target: Target,
  options: Omit<LoadOptions, 'signal'>,
  measure: Measure,
): Promise<DryRun> {
  const { seed, via, until = 'terminal', concurrency, rate, rampMs, durationMs = 0 } = options;
  await refuseApiRate(target, options);
  const waits = await waitLengths(target);
  const stack = await describeStack(target);
  const fresh = await freshOrders(target, stack && outputsOf(stack), options);
  const count = Math.ceil((durationMs / 1000) * peakRate(options));
  const orders = fresh.planned ?? planOrders({ ...options, round: fresh.round, count });
  const kinds = kindsOf([...fresh.warmUp, ...orders]);
  const measured = await measure(kinds.map(({ example }) => example.order));
  const { timeScale } = target;
  const { concurrency: concurrencyLimit } = (await accountSettings(target)) ?? {};
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
    firstIds: orders.slice(0, named).map(({ orderId }) => orderId),
    ...estimate(kinds, measured, {
      ...options,
      until,
      waits,
      timeScale,
      concurrencyLimit,
    }),
  };
}
