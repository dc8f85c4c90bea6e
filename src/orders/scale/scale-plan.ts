/** Quotas and costs of orders at a constant rate on AWS. Pure. */
import { calculateCost } from '../cost/cost.ts';
import type { OrderUse } from './order-use.ts';
import { quotasAsOf } from './quotas.ts';
import { firstLimit, type RateOptions, type Requirement, requirementsOf } from './requirements.ts';

/** Rates of the overview (orders per second). */
export const overviewRates = [10, 50, 100, 500, 1_000, 3_000, 10_000] as const;

/** The needs of one rate. */
export interface RateSummary {
  /** Orders per second. */
  readonly rate: number;
  readonly concurrency: number;
  /** Per second. */
  readonly checkpoints: number;
  /** Write units per second of the orders table. */
  readonly tableWrites: number;
  readonly listingShards: number;
  /** Shards of one product that all orders buy. */
  readonly stockShards: number;
  /** Ids of the limits that are too low. */
  readonly exceeded: readonly string[];
  /** Accounts or Regions among which the orders are divided if no quota is raised. */
  readonly divisions: number;
  readonly dollarsPerDay: number;
}

export interface ScalePlan extends RateSummary {
  readonly region: string;
  readonly via: RateOptions['via'];
  readonly requirements: readonly Requirement[];
  readonly first: { readonly id: string; readonly what: string; readonly rate: number };
  /** Bytes of log lines per second. */
  readonly logBytes: number;
  /** Log events per second. */
  readonly logEvents: number;
  /** Status events of executions per second: of the start and of the end. */
  readonly statusEvents: number;
  readonly overview: readonly RateSummary[];
  readonly measuredOn: string;
  readonly quotasAsOf: string;
  readonly pricesAsOf: string;
}

const secondsPerDay = 86_400;
const eventsPerOrder = 2;

/** Returns the plan for a rate, with an overview of other rates. */
export function planScale(use: OrderUse, options: RateOptions): ScalePlan {
  const { usage, measuredOn } = use;
  const { rate, region, via } = options;
  const requirements = requirementsOf(usage, options);
  const first = firstLimit(requirements);
  return {
    ...summarize(use, options),
    region,
    via,
    requirements,
    first: { id: first.id, what: first.what, rate: first.maxRate },
    logBytes: Math.ceil(usage.logBytes * rate),
    logEvents: Math.ceil(usage.logEvents * rate),
    statusEvents: Math.ceil(eventsPerOrder * rate),
    overview: overviewRates.map((other) => summarize(use, { ...options, rate: other })),
    measuredOn,
    quotasAsOf,
    pricesAsOf: calculateCost(usage).pricesAsOf,
  };
}

/** Returns the needs of one rate. */
export function summarize({ usage }: OrderUse, options: RateOptions): RateSummary {
  const { rate, via } = options;
  const requirements = requirementsOf(usage, options);
  const needed = new Map(requirements.map(({ id, needed }) => [id, needed]));
  const read = (id: string) => needed.get(id) ?? 0;
  const { perMillion, apiPerMillion } = calculateCost(usage);
  const perOrder = (perMillion - (via === 'api' ? 0 : apiPerMillion)) / 1e6;
  const maxRate = Math.min(...requirements.map(({ maxRateOfSettings }) => maxRateOfSettings));
  return {
    rate,
    concurrency: read('concurrency'),
    checkpoints: read('checkpoints'),
    tableWrites: read('orders-writes'),
    listingShards: Math.ceil(read('listing') / 1_000),
    stockShards: Math.ceil(read('stock') / 1_000),
    exceeded: requirements.filter(({ verdict }) => verdict !== 'within').map(({ id }) => id),
    divisions: Math.ceil(rate / maxRate),
    dollarsPerDay: Math.round(perOrder * rate * secondsPerDay * 100) / 100,
  };
}
