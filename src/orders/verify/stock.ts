/** The counters of products against the orders that reserved them. */
import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import { quantitiesOf } from '../../../functions/contract/expected-side-effects.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { readItems } from '../lookup/batch-get.ts';
import type { Mismatch } from './mismatch.ts';

/** Pieces of a product that its orders account for. */
export interface Counters {
  readonly reserved: number;
  readonly sold: number;
}

/** What the orders say that products' counters are, by product; all orders that ever named the products must be there. */
export function countersOf(
  orders: Iterable<Pick<OrderRecord, 'items' | 'reservation'>>,
): Map<string, Counters> {
  const counters = new Map<string, Counters>();
  for (const order of orders) {
    for (const [productId, quantity] of quantitiesOf(order)) {
      const { reserved, sold } = counters.get(productId) ?? { reserved: 0, sold: 0 };
      counters.set(productId, {
        reserved: reserved + (order.reservation === 'held' ? quantity : 0),
        sold: sold + (order.reservation === 'handed-over' ? quantity : 0),
      });
    }
  }
  return counters;
}

/** The counters of a product as they are. */
export interface Stock extends Counters {
  /** Absent where nothing was ever taken of the product. */
  readonly available?: number;
}

/** The counters of products as they are; a product that is not in the table has none. */
export async function readStock(
  target: Target,
  outputs: StackOutputs,
  productIds: Iterable<string>,
): Promise<Map<string, Stock>> {
  const items = await readItems(target, output(outputs, names.productsTable), {
    keys: [...new Set(productIds)].map((productId) => ({ productId })),
  });
  return new Map(
    items.map(({ productId, available, reserved = 0, sold = 0 }) => [
      String(productId),
      {
        ...(available === undefined ? {} : { available: Number(available) }),
        reserved: Number(reserved),
        sold: Number(sold),
      },
    ]),
  );
}

export interface StockDifference {
  readonly productId: string;
  readonly found: Counters;
  readonly due: Counters;
}

/** Where products' counters are not what their orders say. Pure. */
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

export function stockMismatch({ productId, found, due }: StockDifference): Mismatch {
  const message = [
    ...(found.reserved === due.reserved
      ? []
      : [`${found.reserved} reserved, its orders hold ${due.reserved}`]),
    ...(found.sold === due.sold ? [] : [`${found.sold} sold, its orders took ${due.sold}`]),
  ].join('; ');
  const command = `orders inventory recount ${productId}`;
  return { kind: 'stock', productId, message, command, mends: true };
}
