/** Changes the stock of products. */
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import { addAvailable, type ProductStock, putAvailable } from '../tables/products-table.ts';

/**
 * Sets the available units of a product. Reserved and sold units do not change. Returns the new stock. Throws a UserError (exit 5) if
 * the product is unknown and `create` is not set: its id may be mistyped.
 */
export async function setStock(
  stack: Stack,
  change: Pick<ProductStock, 'productId' | 'available'> & { readonly create: boolean },
): Promise<ProductStock> {
  const stock = await putAvailable(stack, change);
  if (stock) return stock;
  throw unknownProductError(change.productId, change.available);
}

/**
 * Adds available units to a product, or removes some. Returns the new stock. Throws a UserError if the product is unknown
 * (exit 5) or has too few units to remove (exit 6); the stock is unchanged then.
 */
export async function adjustStock(
  stack: Stack,
  change: { readonly productId: string; readonly by: number },
): Promise<ProductStock> {
  const result = await addAvailable(stack, change);
  if (!('refused' in result)) return result;
  if (result.refused === 'unknown-product') throw unknownProductError(change.productId);
  throw tooFewUnitsError(change.productId, result.refused.available);
}

/** Returns the error for a product that is not in the table. */
export function unknownProductError(productId: string, available = 100): UserError {
  return new UserError(`There is no product ${productId} in the table.`, {
    hint: ['orders inventory list', `orders inventory set ${productId} ${available} --create`],
    exit: 5,
    code: 'NotFound',
  });
}

function tooFewUnitsError(productId: string, available: number): UserError {
  const units = available === 1 ? '1 unit' : `${available} units`;
  return new UserError(`${productId} has only ${units} available; nothing was changed.`, {
    hint: `orders inventory set ${productId} 0`,
    exit: 6,
    code: 'TooFew',
  });
}
