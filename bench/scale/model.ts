/** Builds the simulated work of an order, and the systems that run it: this machine, and an AWS account with its default quotas. */
import { stages } from '../../functions/contract/workflow.ts';
import type { OrderUsage } from '../../src/orders/cost/measure.ts';
import { quotasOf } from '../../src/orders/scale/quotas.ts';
import type { RateSettings } from '../../src/orders/scale/rate-settings.ts';
import type { LimitUse } from './limits.ts';
import type { OrderWork, Slice, SystemModel } from './simulate.ts';

/** Times of one order, in all its invocations together. */
export interface ServiceTimes {
  /** Time of a processor (ms), including what the runtime does for the order. */
  readonly cpuMs: number;
  /** Time in which an invocation waits for something else (ms). */
  readonly idleMs: number;
}

interface WorkOptions {
  readonly times: ServiceTimes;
  readonly settings: RateSettings;
  /** Length of each wait (ms). */
  readonly waitMs: number;
}

/** Returns the work of an order: its times and requests, divided equally among its steps. The waits separate the invocations. */
export function buildWork(usage: OrderUsage, { times, settings, waitMs }: WorkOptions): OrderWork {
  const steps = stages.filter(({ kind }) => kind !== 'wait').length;
  const slice: Slice = {
    cpuMs: times.cpuMs / steps,
    idleMs: times.idleMs / steps,
    uses: usesOfOrder(usage, settings).map((use) => ({ ...use, units: use.units / steps })),
  };
  const invocations: Slice[][] = [[]];
  for (const { kind } of stages) {
    if (kind === 'wait') invocations.push([]);
    else invocations.at(-1)?.push(slice);
  }
  return { start: [{ limit: 'starts', units: 1 }], invocations, waitMs };
}

function usesOfOrder({ checkpoints, tables }: OrderUsage, settings: RateSettings): LimitUse[] {
  const orders = tables['OrdersTable'];
  const indexUnits = orders?.indexWriteUnits ?? 0;
  return [
    { limit: 'checkpoints', units: checkpoints },
    { limit: 'table writes', units: orders?.writeUnits ?? 0 },
    { limit: 'listing shards', units: indexUnits, shards: settings.listing.shards },
  ];
}

/** Returns this machine: processors that all share, and as many environments as the runtime has. */
export function localSystem(processors: number, environments: number): SystemModel {
  return {
    environments,
    initialEnvironments: environments,
    environmentsPerSecond: 1,
    processors,
    limits: {},
  };
}

/** Quotas that replace the defaults. */
interface RaisedQuotas {
  readonly limits: SystemModel['limits'];
  readonly environments: number;
  /** Whether all environments exist at the beginning. */
  readonly isWarm: boolean;
}

/** Returns an account with the default quotas of the Region, or with higher ones. */
export function awsSystem(region: string, raised: RaisedQuotas | undefined): SystemModel {
  const quotas = quotasOf(region);
  const { limit: added } = quotas.addedEnvironments;
  return {
    environments: raised?.environments ?? quotas.concurrency.limit,
    initialEnvironments: raised?.isWarm ? raised.environments : added,
    environmentsPerSecond: added / 10,
    processors: Number.POSITIVE_INFINITY,
    limits: {
      starts: quotas.executionStarts.limit,
      checkpoints: quotas.checkpoints.limit,
      'table writes': quotas.tableWriteUnits.limit,
      'listing shards': quotas.partitionWriteUnits.limit,
      ...raised?.limits,
    },
  };
}
