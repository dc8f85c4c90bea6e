import type { Store } from '../../store/store.ts';
import { invalid } from '../errors.ts';
import type { Rows } from '../rows.ts';
import type { TableCatalogue } from '../table.ts';

/** What every operation works with. */
export interface Context {
  readonly store: Store;
  readonly tables: TableCatalogue;
  readonly rows: Rows;
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

/** `ConsumedCapacity` when it was asked for: nothing is metered here, so the smallest amounts. */
export function consumed(
  input: { readonly ReturnConsumedCapacity?: string },
  table: string,
): object {
  const wanted = input.ReturnConsumedCapacity ?? 'NONE';
  return wanted === 'NONE' ? {} : { ConsumedCapacity: { TableName: table, CapacityUnits: 1 } };
}
