import type { Store } from '../../store/store.ts';
import type { Meter } from '../../usage-meter.ts';
import type { Spending } from '../capacity.ts';
import { invalid } from '../errors.ts';
import type { Rows } from '../rows.ts';
import type { TableCatalogue } from '../table.ts';

/** What every operation works with. */
export interface Context {
  readonly store: Store;
  readonly tables: TableCatalogue;
  readonly rows: Rows;
  readonly meter: Meter | undefined;
}

const legacy = [
  'Expected',
  'AttributeUpdates',
  'AttributesToGet',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
  'ConditionalOperator',
];

/** Refuses the parameters from before expressions, rather than ignoring what they ask for. */
export function refuseLegacy(input: object): void {
  const found = legacy.find((name) => name in input);
  if (found) {
    throw invalid(`The local runtime does not implement ${found}; use expressions instead`);
  }
}

/** The capacity that a request on one table took, when it was asked for. */
export function consumed(spending: Spending): object {
  const [ConsumedCapacity] = spending.shown();
  return ConsumedCapacity ? { ConsumedCapacity } : {};
}

/** The capacity that a request on several tables took, when it was asked for. */
export function consumedOfEach(spending: Spending): object {
  const ConsumedCapacity = spending.shown();
  return ConsumedCapacity.length > 0 ? { ConsumedCapacity } : {};
}
