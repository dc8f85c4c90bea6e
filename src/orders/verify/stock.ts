/** Compares the stock counters of products with their orders. Pure. */

import type { OrderRecord } from '../../../functions/contract/api.ts';
import { quantityByProduct } from '../../../functions/contract/expected-side-effects.ts';
import { reservedUnits, type StockShard, stockKey } from '../../../functions/contract/stock.ts';
import type { Counters, ShardStock } from '../tables/products-table.ts';
import { type Mismatch, needsAdjustment } from './mismatch.ts';

type OrderUnits = Pick<OrderRecord, 'items' | 'reservation' | 'reservedFrom'>;

const none: Counters = { reserved: 0, sold: 0 };

/**
 * Returns the counters that follow from orders, by product id. They are right only if every order of the products is
 * included.
 */
export function sumCounters(
  orders: Iterable<Pick<OrderUnits, 'items' | 'reservation'>>,
): Map<string, Counters> {
  const counters = new Map<string, Counters>();
  for (const order of orders) {
    for (const [productId, quantity] of quantityByProduct(order)) {
      counters.set(productId, addUnits(counters.get(productId), order, quantity));
    }
  }
  return counters;
}

/** The counters that follow from orders, of one shard. */
interface ShardCounters extends StockShard, Counters {}

/** Returns the counters that follow from orders, by the key of the shard. */
export function sumShardCounters(orders: Iterable<OrderUnits>): Map<string, ShardCounters> {
  const counters = new Map<string, ShardCounters>();
  for (const order of orders) {
    if (order.reservation === undefined) continue;
    for (const { quantity, ...shard } of reservedUnits(order)) {
      const { productId: key } = stockKey(shard);
      counters.set(key, { ...shard, ...addUnits(counters.get(key), order, quantity) });
    }
  }
  return counters;
}

function addUnits(
  { reserved, sold }: Counters = none,
  { reservation }: Pick<OrderUnits, 'reservation'>,
  quantity: number,
): Counters {
  return {
    reserved: reserved + (reservation === 'held' ? quantity : 0),
    sold: sold + (reservation === 'handed-over' ? quantity : 0),
  };
}

/** A shard that contradicts its orders, is lost, or has a negative counter. */
export interface StockDifference extends StockShard {
  /** Number of shards of the product. */
  readonly shards: number;
  /** Undefined if the shard has no item. */
  readonly found: (Counters & { readonly available: number }) | undefined;
  readonly due: Counters;
}

/**
 * Lists the shards that differ from the counters of their orders (by key), that have no item, and that have a negative counter.
 */
export function auditStock(
  expected: ReadonlyMap<string, ShardCounters>,
  found: readonly ShardStock[],
): StockDifference[] {
  const items = new Map(found.map((shard) => [stockKey(shard).productId, shard]));
  const counts = new Map(
    found.flatMap(({ productId, shards }) => (shards === undefined ? [] : [[productId, shards]])),
  );
  const all = new Map<string, StockShard>([...items, ...expected]);
  for (const [productId, shards] of counts) {
    for (let shard = 0; shard < shards; shard += 1) {
      all.set(stockKey({ productId, shard }).productId, { productId, shard });
    }
  }
  return [...all].flatMap(([key, { productId, shard }]): StockDifference[] => {
    const { reserved, sold } = expected.get(key) ?? none;
    const item = items.get(key);
    const difference = {
      productId,
      shard,
      shards: counts.get(productId) ?? 1,
      found: item && { available: item.available ?? 0, reserved: item.reserved, sold: item.sold },
      due: { reserved, sold },
    };
    return isRight(difference) ? [] : [difference];
  });
}

function isRight({ shard, shards, found, due }: StockDifference): boolean {
  if (!found) return shard >= shards && due.reserved === 0 && due.sold === 0;
  return found.available >= 0 && hasDueCounters(found, due);
}

const hasDueCounters = (found: Counters, due: Counters) =>
  found.reserved === due.reserved && found.sold === due.sold;

/** Returns a difference as a mismatch. */
export function stockMismatch(difference: StockDifference): Mismatch {
  const { productId, shard, shards, found, due } = difference;
  const prefix = shards > 1 || shard > 0 ? `shard ${shard} of ${shards}: ` : '';
  const message = `${prefix}${describeDifference(difference)}`;
  if (found && hasDueCounters(found, due)) return needsAdjustment(productId, message);
  const command = `orders inventory recount ${productId}`;
  return { kind: 'stock', productId, message, command, mends: true };
}

function describeDifference({ found, due }: StockDifference): string {
  if (!found) return `lost, with its available units; its orders hold ${due.reserved}`;
  return [
    ...(found.available < 0 ? [`${found.available} available`] : []),
    ...(found.reserved === due.reserved ? [] : [describeReserved(found.reserved, due.reserved)]),
    ...(found.sold === due.sold ? [] : [`${found.sold} sold, but its orders took ${due.sold}`]),
  ].join('; ');
}

function describeReserved(found: number, due: number): string {
  const cause = found < due ? ' (released twice?)' : '';
  return `${found} reserved, but its orders hold ${due}${cause}`;
}
