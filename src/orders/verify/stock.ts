/** Compares the stock counters of products with their orders. Pure. */

import type { OrderRecord } from '../../../functions/contract/api.ts';
import { quantityByProduct } from '../../../functions/contract/expected-side-effects.ts';
import type { Counters } from '../tables/products-table.ts';
import type { Mismatch } from './mismatch.ts';

/**
 * Returns the counters that follow from orders, by product id. They are right only if every order of the products is
 * included.
 */
export function sumCounters(
  orders: Iterable<Pick<OrderRecord, 'items' | 'reservation'>>,
): Map<string, Counters> {
  const counters = new Map<string, Counters>();
  for (const order of orders) {
    for (const [productId, quantity] of quantityByProduct(order)) {
      const { reserved, sold } = counters.get(productId) ?? { reserved: 0, sold: 0 };
      counters.set(productId, {
        reserved: reserved + (order.reservation === 'held' ? quantity : 0),
        sold: sold + (order.reservation === 'handed-over' ? quantity : 0),
      });
    }
  }
  return counters;
}

export interface StockDifference {
  readonly productId: string;
  readonly found: Counters;
  readonly due: Counters;
}

/** Lists the products whose counters differ from the expected ones. */
export function auditStock(
  expected: ReadonlyMap<string, Counters>,
  found: ReadonlyMap<string, Counters>,
): StockDifference[] {
  return [...expected].flatMap(([productId, due]): StockDifference[] => {
    const { reserved, sold } = found.get(productId) ?? { reserved: 0, sold: 0 };
    if (reserved === due.reserved && sold === due.sold) return [];
    return [{ productId, found: { reserved, sold }, due }];
  });
}

/** Returns a difference as a mismatch. */
export function stockMismatch({ productId, found, due }: StockDifference): Mismatch {
  const message = [
    ...(found.reserved === due.reserved
      ? []
      : [`${found.reserved} reserved, but its orders hold ${due.reserved}`]),
    ...(found.sold === due.sold ? [] : [`${found.sold} sold, but its orders took ${due.sold}`]),
  ].join('; ');
  const command = `orders inventory recount ${productId}`;
  return { kind: 'stock', productId, message, command, mends: true };
}
