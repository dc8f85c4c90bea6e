/** What a rate of orders needs of each quota of AWS and each setting of the stack. Pure. */
import type { OrderUsage, TableUsage } from '../cost/measure.ts';
import { meanWriteUnits } from './listing-partitions.ts';
import { type Adjustable, type Quota, quotasOf } from './quotas.ts';
import type { RateSettings } from './rate-settings.ts';

export interface RateOptions {
  /** Orders per second. */
  readonly rate: number;
  readonly region: string;
  readonly via: 'invoke' | 'api';
  readonly settings: RateSettings;
}

/** `raise`: by a quota request. `set`: by a setting of the stack. `exceeded`: the limit cannot be raised that far. */
export type Verdict = 'within' | 'raise' | 'set' | 'exceeded';

export interface Requirement {
  readonly id: string;
  readonly what: string;
  /** Need at the rate, in the unit of `limit`. */
  readonly needed: number;
  /** Default limit, or the limit of the present setting. */
  readonly limit: number;
  readonly adjustable: Adjustable;
  readonly verdict: Verdict;
  /** How to raise the limit; absent if the need is within it. */
  readonly fix?: string;
  /** Highest rate within the limit (orders per second). */
  readonly maxRate: number;
  /** Highest rate that the operator's own settings allow (orders per second); with a quota, `maxRate`. */
  readonly maxRateOfSettings: number;
  /** Page of AWS that states the limit. */
  readonly source: string;
}

/** A limit with the use of it by one order per second. */
interface Limit extends Quota {
  readonly id: string;
  readonly what: string;
  readonly perOrder: number;
  readonly setting?: {
    /** Limit at the highest value of the setting. */
    readonly max: number;
    /** Returns the command or value that provides the need. */
    readonly fix: (needed: number) => string;
  };
}

/** Returns the requirements of a rate, in a fixed sequence. */
export function requirementsOf(usage: OrderUsage, options: RateOptions): Requirement[] {
  const limits = [
    ...lambdaLimits(usage, options),
    ...tableLimits(usage, options),
    ...eventLimits(usage, options),
    ...(options.via === 'api' ? apiLimits(options) : []),
  ];
  return limits.map((limit) => toRequirement(limit, options.rate));
}

/** Returns the requirement whose limit the lowest rate reaches. */
export function firstLimit(requirements: readonly Requirement[]): Requirement {
  return requirements.reduce((first, next) => (next.maxRate < first.maxRate ? next : first));
}

function toRequirement(limit: Limit, rate: number): Requirement {
  const { id, what, perOrder, setting, source, adjustable } = limit;
  const needed = Math.ceil(roundError(perOrder * rate));
  const maxRate = limit.limit / perOrder;
  const verdict = findVerdict(limit, needed);
  const fix = verdict === 'set' ? setting?.fix(needed) : undefined;
  return {
    id,
    what,
    needed,
    limit: limit.limit,
    adjustable,
    verdict,
    ...(fix === undefined ? {} : { fix }),
    maxRate: roundError(maxRate),
    maxRateOfSettings: roundError((setting?.max ?? limit.limit) / perOrder),
    source,
  };
}

function findVerdict({ limit, adjustable, setting }: Limit, needed: number): Verdict {
  if (needed <= limit) return 'within';
  if (setting) return needed <= setting.max ? 'set' : 'exceeded';
  return adjustable === 'no' ? 'exceeded' : 'raise';
}

/** Removes the error of binary fractions, so that 0.1 * 30 is 3. */
const roundError = (value: number) => Math.round(value * 1e6) / 1e6;

function lambdaLimits(usage: OrderUsage, { region, via, settings }: RateOptions): Limit[] {
  const quotas = quotasOf(region);
  const runningSeconds = usage.durationMs / 1000;
  const intakeSeconds = via === 'api' ? usage.intake.durationMs / 1000 : 0;
  return [
    { id: 'starts', what: 'execution starts/s', perOrder: 1, ...quotas.executionStarts },
    {
      id: 'running',
      what: 'running executions',
      perOrder: settings.waitSeconds + runningSeconds,
      ...quotas.runningExecutions,
    },
    {
      id: 'checkpoints',
      what: 'checkpoints/s',
      perOrder: usage.checkpoints,
      ...quotas.checkpoints,
    },
    {
      id: 'concurrency',
      what: 'concurrent invocations',
      perOrder: runningSeconds + intakeSeconds,
      ...quotas.concurrency,
    },
    {
      id: 'environments',
      what: 'environments added in 10 s',
      perOrder: runningSeconds,
      ...quotas.addedEnvironments,
    },
  ];
}

function tableLimits({ tables }: OrderUsage, { region, settings }: RateOptions): Limit[] {
  const quotas = quotasOf(region);
  const partition = quotas.partitionWriteUnits;
  const units = Object.values(tables).flatMap((table) => [table.writeUnits, table.indexWriteUnits]);
  const orders = readTable(tables, 'OrdersTable');
  const stock = readTable(tables, settings.stock.table);
  const [busiest, busiestUnits] = findBusiestOther(tables);
  return [
    {
      id: 'orders-writes',
      what: 'orders table, write units/s',
      perOrder: orders.writeUnits,
      ...quotas.tableWriteUnits,
    },
    {
      id: 'index-writes',
      what: 'orders index, write units/s',
      perOrder: orders.indexWriteUnits,
      ...quotas.tableWriteUnits,
    },
    {
      id: 'other-writes',
      what: `${busiest}, units/s`,
      perOrder: busiestUnits,
      ...quotas.tableWriteUnits,
    },
    {
      id: 'new-table',
      what: 'new table, write units/s',
      perOrder: Math.max(...units),
      ...quotas.newTableWriteUnits,
      setting: {
        max: quotas.tableWriteUnits.limit,
        fix: (needed) => `pre-warm to ${needed}`,
      },
    },
    {
      id: 'listing',
      what: 'listing shards, units/s',
      // With a reserve: a hash spreads orders unevenly.
      perOrder: orders.indexWriteUnits * (partition.limit / meanWriteUnits),
      ...shardLimit(settings.listing, partition),
    },
    {
      id: 'stock',
      what: 'one product, write units/s',
      perOrder: stock.writeUnits,
      ...shardLimit(settings.stock, partition),
    },
  ];
}

/** Returns the limit of a key that is spread over shards: each shard is a partition. */
function shardLimit(
  { shards, maxShards, parameter }: RateSettings['listing'],
  partition: Quota,
): Pick<Limit, 'limit' | 'adjustable' | 'source' | 'setting'> {
  const { limit, source } = partition;
  return {
    limit: shards * limit,
    adjustable: 'setting',
    source,
    setting: {
      max: maxShards * limit,
      fix: (needed) => `${parameter}=${Math.ceil(needed / limit)}`,
    },
  };
}

function eventLimits(usage: OrderUsage, { region, via }: RateOptions): Limit[] {
  const quotas = quotasOf(region);
  const intakeInvocations = via === 'api' ? usage.intake.invocations : 0;
  return [
    {
      id: 'log-requests',
      what: 'log deliveries/s',
      // Lambda delivers the lines of an environment together: at most one request per invocation.
      perOrder: usage.invocations + intakeInvocations,
      ...quotas.logRequests,
    },
    {
      id: 'events',
      what: 'events/s, if all orders fail',
      // A completed order matches no rule. An order that fails for a technical reason starts its recovery.
      perOrder: 1,
      ...quotas.eventDeliveries,
    },
  ];
}

function apiLimits({ region, settings }: RateOptions): Limit[] {
  const { apiRequests } = quotasOf(region);
  const { apiRateLimit, maxApiRateLimit } = settings;
  return [
    { id: 'api-requests', what: 'API requests/s', perOrder: 1, ...apiRequests },
    {
      id: 'api-rate-limit',
      what: "the stack's API, requests/s",
      perOrder: 1,
      limit: apiRateLimit,
      adjustable: 'setting',
      source: apiRequests.source,
      setting: { max: maxApiRateLimit, fix: (needed) => `ApiRateLimit=${needed}` },
    },
  ];
}

function readTable(tables: OrderUsage['tables'], name: string): TableUsage {
  const table = tables[name];
  if (table) return table;
  throw new Error(`the measured order did not use ${name}`);
}

/** Returns the table with the most write units after the orders table, and its units. */
function findBusiestOther(tables: OrderUsage['tables']): [name: string, units: number] {
  return Object.entries(tables)
    .filter(([name]) => name !== 'OrdersTable')
    .map(([name, { writeUnits }]): [string, number] => [name, writeUnits])
    .reduce((most, next) => (next[1] > most[1] ? next : most), ['', 0]);
}
