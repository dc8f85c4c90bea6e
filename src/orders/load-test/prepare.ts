/** What a load test has to know before it begins. */

import { describeStack, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { readOrders } from '../lookup/batch-get.ts';
import { accountLimits } from '../requests/rate-limiter.ts';
import { endlessOrders, type PlannedOrder, type PlanOptions, planOrders } from './plan.ts';

export interface OrdersOptions extends Pick<PlanOptions, 'mix' | 'file' | 'seed'> {
  /** Absent: as many as are asked for. */
  readonly count?: number | undefined;
  readonly warmup?: number | undefined;
}

export interface FreshOrders {
  readonly round: number;
  readonly warmUp: readonly PlannedOrder[];
  /** All of them, where their number is known. */
  readonly planned: readonly PlannedOrder[] | undefined;
  readonly orders: Iterable<PlannedOrder>;
  /** All of them, or so many that each kind is among them. */
  readonly first: readonly PlannedOrder[];
}

/** Orders are sent in turn: where one of a seed is, one of these is. */
const lookedFor = 1000;

/** The seed's orders; a seed that was used there before gets new ids, as the old orders are not ours. */
export async function freshOrders(
  target: Target,
  outputs: StackOutputs | undefined,
  options: OrdersOptions,
): Promise<FreshOrders> {
  for (let round = 1; ; round++) {
    const fresh = ordersOf(options, round);
    const first = fresh.planned ?? planOrders({ ...options, round, count: lookedFor });
    const ids = [...fresh.warmUp, ...first.slice(0, lookedFor)].map(({ orderId }) => orderId);
    const there = outputs && (await readOrders(target, outputs, { ids, fields: ['orderId'] }));
    if (!there?.size) return { ...fresh, first };
  }
}

function ordersOf(
  { count, warmup = 0, ...options }: OrdersOptions,
  round: number,
): Omit<FreshOrders, 'first'> {
  const planned = count === undefined ? undefined : planOrders({ ...options, round, count });
  return {
    round,
    warmUp: planOrders({ ...options, round, count: warmup, kind: 'warm-up' }),
    planned,
    orders: planned ?? endlessOrders({ ...options, round }),
  };
}

/** Throws a UserError when the stack's API does not take orders at the rate. */
export async function refuseApiRate(
  target: Target,
  { via, rate }: { readonly via: 'invoke' | 'api'; readonly rate?: number | undefined },
): Promise<void> {
  if (via !== 'api' || rate === undefined) return;
  const { Parameters = [] } = (await describeStack(target)) ?? {};
  const limit = Parameters.find(({ ParameterKey }) => ParameterKey === 'ApiRateLimit');
  const most = Number(limit?.ParameterValue ?? accountLimits.startsPerSecond);
  if (rate <= most) return;
  throw new UserError(
    `--rate ${rate} is more than the API of this stack takes: ${most} a second.`,
    {
      hint: [
        `--rate ${most}, or --via invoke`,
        `orders deploy --parameter ApiRateLimit=${Math.ceil(rate)}`,
      ],
      code: 'TooFast',
    },
  );
}
