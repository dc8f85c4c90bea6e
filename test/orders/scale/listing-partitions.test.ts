import { expect, it } from 'vitest';
import { listingKey, listingShards } from '../../../functions/contract/tables.ts';
import {
  isThrottled,
  PartitionLimits,
} from '../../../src/local/dynamodb/contention/partition-limits.ts';
import {
  partitionWritesPerSecond,
  recommendListingShards,
} from '../../../src/orders/scale/listing-partitions.ts';
import { orderUse } from '../../../src/orders/scale/order-use.ts';

const unitsPerOrder = orderUse.usage.tables['OrdersTable']?.indexWriteUnits ?? 0;
const arn = 'arn:aws:dynamodb:us-east-2:000000000000:table/orders/index/byCreated';

it.each([
  [60, listingShards],
  [250, listingShards],
  [1_000, 16],
  [3_000, 48],
  [4_000, 64],
  [5_000, undefined],
])('recommends for %i orders a second: %i partitions a day', (ordersPerSecond, shards) => {
  expect(recommendListingShards({ ordersPerSecond, unitsPerOrder })).toBe(shards);
});

it('expects less than a thousand writes a second in every partition of 3,000 orders a second', () => {
  const load = { ordersPerSecond: 3_000, unitsPerOrder };
  expect(partitionWritesPerSecond(load, 48)).toBeLessThan(1_000);
  expect(partitionWritesPerSecond(load, 32)).toBeGreaterThan(1_000);
});

/** Writes the index entries of orders for some seconds at a steady rate; returns how many the local partition limits throttle. */
function countThrottled(ordersPerSecond: number, shards: number, seconds = 3): number {
  let now = 0;
  const limits = new PartitionLimits(() => now);
  const resource = { arn, isIndex: true, isOnDemand: true };
  const writes = ordersPerSecond * unitsPerOrder * seconds;
  let throttled = 0;
  for (let write = 0; write < writes; write += 1) {
    now = (write / writes) * seconds * 1_000;
    // Orders of all ages write at the same time, so consecutive writes belong to unrelated orders.
    const orderId = `order-${((write * 7_919) % (ordersPerSecond * seconds)).toString(36).padStart(10, 'a')}`;
    const hash = Buffer.from(listingKey(orderId, { createdAt: '2026-11-29', shards }));
    try {
      limits.use({ kind: 'Write', resource, hash, units: 1 });
    } catch (error) {
      if (!isThrottled(error)) throw error;
      throttled += 1;
    }
  }
  return throttled;
}

it('is not throttled by the partition limits of the local runtime with the recommended number', () => {
  const recommended = recommendListingShards({ ordersPerSecond: 3_000, unitsPerOrder }) ?? 0;
  expect(countThrottled(3_000, recommended)).toBe(0);
});

it('is throttled with half of the recommended number', () => {
  expect(countThrottled(3_000, 24)).toBeGreaterThan(10_000);
});
