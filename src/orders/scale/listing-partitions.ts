/** The load of the partitions of the listing index. Pure. */
import {
  maxListingShards,
  listingShards as minListingShards,
} from '../../../functions/contract/tables.ts';

/**
 * Write units per second that one partition of a table or index accepts.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const partitionWriteUnits = 1_000;
/** Standard deviations above the mean that the busiest partition may reach: a hash spreads orders unevenly. */
const deviations = 4;

/** Mean write units per second of a partition at which its busiest seconds are within the limit. */
export const meanWriteUnits =
  (Math.sqrt((deviations / 2) ** 2 + partitionWriteUnits) - deviations / 2) ** 2;

interface ListingLoad {
  readonly ordersPerSecond: number;
  /** Write units of the index for one order. */
  readonly unitsPerOrder: number;
}

/**
 * Returns the write units per second of the busiest of `shards` partitions. Orders arrive independently, so the writes of a partition
 * in one second have a Poisson distribution; this is its mean plus a margin that is practically never exceeded.
 */
export function partitionWritesPerSecond(
  { ordersPerSecond, unitsPerOrder }: ListingLoad,
  shards: number,
): number {
  const mean = (ordersPerSecond * unitsPerOrder) / shards;
  return mean + deviations * Math.sqrt(mean);
}

/** Returns the smallest number of partitions for the load; undefined if the largest one is not enough. */
export function recommendListingShards(load: ListingLoad): number | undefined {
  for (let shards = minListingShards; shards <= maxListingShards; shards += 1) {
    if (partitionWritesPerSecond(load, shards) <= partitionWriteUnits) return shards;
  }
  return undefined;
}
