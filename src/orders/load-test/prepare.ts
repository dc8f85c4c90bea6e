import type { Stack } from '../../environment/stack.ts';
import { describeStack } from '../../environment/stack-outputs.ts';
import { findParameter } from '../../environment/stack-parameters.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { accountLimits } from '../requests/rate-limiter.ts';
import { readOrders } from '../tables/orders-table.ts';
import { endlessOrders, type PlannedOrder, type PlanOptions, planOrders } from './plan.ts';

export interface FreshOrdersOptions extends Pick<PlanOptions, 'mix' | 'file' | 'seed'> {
  /** Absent: without end, for a test with a duration. */
  readonly count?: number | undefined;
  /** Number of warm-up orders. */
  readonly warmup?: number | undefined;
}

export interface FreshOrders {
  readonly round: number;
  readonly warmUp: readonly PlannedOrder[];
  /** All measured orders; absent if their number is not fixed. */
  readonly planned: readonly PlannedOrder[] | undefined;
  readonly orders: Iterable<PlannedOrder>;
  /** Orders that represent the test: all measured ones, or the first if their number is not fixed. */
  readonly probe: readonly PlannedOrder[];
}

/** Orders are submitted in sequence, so an earlier run with the seed has left one of these (number of orders). */
const probeSize = 1000;

/**
 * Plans the orders of the seed. If the stack contains orders of an earlier run with it, the next round has new ids.
 */
export async function planFreshOrders(
  stack: Stack | undefined,
  options: FreshOrdersOptions,
): Promise<FreshOrders> {
  for (let round = 1; ; round++) {
    const plan = planRound(options, round);
    const probed = [...plan.warmUp, ...plan.probe.slice(0, probeSize)];
    const ids = probed.map(({ orderId }) => orderId);
    const existing = stack && (await readOrders(stack, { ids, fields: ['orderId'] }));
    if (!existing?.size) return plan;
  }
}

function planRound(
  { count, warmup = 0, ...options }: FreshOrdersOptions,
  round: number,
): FreshOrders {
  const planned = count === undefined ? undefined : planOrders({ ...options, round, count });
  return {
    round,
    warmUp: planOrders({ ...options, round, count: warmup, kind: 'warm-up' }),
    planned,
    orders: planned ?? endlessOrders({ ...options, round }),
    probe: planned ?? planOrders({ ...options, round, count: probeSize }),
  };
}

/** Throws a UserError if the rate exceeds the limit of the stack's API. */
export async function rejectExcessiveApiRate(
  target: Target,
  { via, rate }: { readonly via: 'invoke' | 'api'; readonly rate?: number | undefined },
): Promise<void> {
  if (via !== 'api' || rate === undefined) return;
  const { Parameters } = (await describeStack(target)) ?? {};
  const limit = findParameter(Parameters, 'ApiRateLimit');
  const maxRate = Number(limit ?? accountLimits.startsPerSecond);
  if (rate <= maxRate) return;
  throw new UserError(
    `--rate ${rate} exceeds the limit of this stack's API: ${maxRate} per second.`,
    {
      hint: [
        `--rate ${maxRate}, or --via invoke`,
        `orders deploy --parameter ApiRateLimit=${Math.ceil(rate)}`,
      ],
      code: 'TooFast',
    },
  );
}
