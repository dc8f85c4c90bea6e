import type { UsageMeter } from '../../shared/usage-meter.ts';
import type { Store } from '../../store/store.ts';
import type { CapacityMeter } from '../capacity.ts';
import type { OngoingWrites } from '../contention/ongoing-writes.ts';
import type { PartitionLimits } from '../contention/partition-limits.ts';
import type { ItemStore } from '../item-store.ts';
import type { TableCatalogue } from '../table.ts';

/** The dependencies of every operation. */
export interface Context {
  readonly store: Store;
  readonly tables: TableCatalogue;
  readonly items: ItemStore;
  readonly meter: UsageMeter | undefined;
  /** Limits of the partitions; undefined for none. */
  readonly partitions: PartitionLimits | undefined;
  /** Undefined if requests do not conflict. */
  readonly ongoing: OngoingWrites | undefined;
}

/** Returns the consumed capacity of a request on one table, if the request asks for it. */
export function consumedCapacity(capacity: CapacityMeter): object {
  const [ConsumedCapacity] = capacity.consumedCapacity();
  return ConsumedCapacity ? { ConsumedCapacity } : {};
}

/** Returns the consumed capacity of a request on several tables, if the request asks for it. */
export function consumedCapacities(capacity: CapacityMeter): object {
  const ConsumedCapacity = capacity.consumedCapacity();
  return ConsumedCapacity.length > 0 ? { ConsumedCapacity } : {};
}
