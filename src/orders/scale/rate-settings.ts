/** Settings of a stack that limit its rate. Pure. */
import { waitParameters } from '../../../functions/contract/api.ts';
import { stockShards } from '../../../functions/contract/stock.ts';
import { listingShards, maxListingShards } from '../../../functions/contract/tables.ts';
import { stages } from '../../../functions/contract/workflow.ts';

/** A key that is spread over partitions. */
export interface Shards {
  readonly shards: number;
  readonly maxShards: number;
  /** Parameter of the template that sets the number of shards. */
  readonly parameter: string;
}

export interface RateSettings {
  /** Sum of an order's waits (seconds). */
  readonly waitSeconds: number;
  readonly listing: Shards;
  /** Shards of one product, in the named table of the template. */
  readonly stock: Shards & { readonly table: string };
  /** Requests per second. */
  readonly apiRateLimit: number;
  readonly maxApiRateLimit: number;
}

/** Returns the settings of a stack with these template parameters; a missing one has the template's default. */
export function readRateSettings(parameters: Readonly<Record<string, string>> = {}): RateSettings {
  const read = (name: string, otherwise: number) => Number(parameters[name] ?? otherwise);
  return {
    waitSeconds: stages.reduce(
      (sum, stage) =>
        stage.kind === 'wait' ? sum + read(waitParameters[stage.id], stage.seconds) : sum,
      0,
    ),
    listing: {
      shards: read('ListingShards', listingShards),
      maxShards: maxListingShards,
      parameter: 'ListingShards',
    },
    stock: {
      table: 'ProductsTable',
      shards: read('StockShards', stockShards.default),
      maxShards: stockShards.max,
      parameter: 'StockShards',
    },
    apiRateLimit: read('ApiRateLimit', 100),
    maxApiRateLimit: 300,
  };
}

/** Parameters of the template that `readRateSettings` reads: positive integers. */
export const rateParameters: readonly string[] = [
  ...Object.values(waitParameters),
  'ListingShards',
  'StockShards',
  'ApiRateLimit',
];
