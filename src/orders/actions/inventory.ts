/** Changes the stock of products. */
import { limits } from '../../../functions/contract/order.ts';
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import { readStackSettings } from '../lookup/stack-settings.ts';
import { type ProductStock, readShards, toProductStock } from '../tables/products-table.ts';
import { divideStock } from './divide-stock.ts';
import { addUnits, setUnits, takeUnits } from './stock-units.ts';

/**
 * Sets the available units of a product. Reserved and sold units do not change. Returns the new stock. Throws a UserError (exit 5) if
 * the product is unknown and `create` is not set: its id may be mistyped.
 */
export async function setStock(
  stack: Stack,
  change: Pick<ProductStock, 'productId' | 'available'> & { readonly create: boolean },
): Promise<ProductStock> {
  checkProductId(change.productId);
  const { maxShards } = await readStackSettings(stack.target);
  if (await setUnits(stack, { ...change, maxShards })) {
    return readProductStock(stack, change.productId);
  }
  throw unknownProductError(change.productId, change.available);
}

/**
 * Adds available units to a product, or removes some. Returns the new stock. Throws a UserError if the product is unknown
 * (exit 5) or has too few units to remove (exit 6); the stock is unchanged then.
 */
export async function adjustStock(
  stack: Stack,
  { productId, by }: { readonly productId: string; readonly by: number },
): Promise<ProductStock> {
  checkProductId(productId);
  if (by > 0) {
    const { maxShards } = await readStackSettings(stack.target);
    if (!(await addUnits(stack, { productId, units: by, maxShards }))) {
      throw unknownProductError(productId);
    }
  } else {
    const refused = await takeUnits(stack, { productId, units: -by });
    if (refused === 'unknown-product') throw unknownProductError(productId);
    if (refused) throw tooFewUnitsError(productId, refused.available);
  }
  return readProductStock(stack, productId);
}

/**
 * Divides the available units of a product among as many shards as the stack allows; with `gather`, moves them to one. Returns the stock.
 * Throws a UserError if the product is unknown (exit 5) or orders keep writing its shards (exit 6); then a part has been moved.
 */
export async function moveStock(
  stack: Stack,
  { productId, gather }: { readonly productId: string; readonly gather: boolean },
): Promise<ProductStock> {
  checkProductId(productId);
  const maxShards = gather ? 1 : (await readStackSettings(stack.target)).maxShards;
  const result = await divideStock(stack, { productId, maxShards });
  if (result === 'unknown-product') throw unknownProductError(productId);
  if (result === 'busy') {
    throw new UserError(`Orders keep writing the stock of ${productId}: only a part was moved.`, {
      hint: `orders inventory adjust ${productId} --${gather ? 'gather' : 'divide'}`,
      exit: 6,
      code: 'Busy',
    });
  }
  return readProductStock(stack, productId);
}

async function readProductStock(stack: Stack, productId: string): Promise<ProductStock> {
  return toProductStock(productId, (await readShards(stack, [productId])).get(productId) ?? []);
}

/** Throws a UserError (exit 2) for an id that no product can have. The table contains longer keys: the keys of shards. */
export function checkProductId(productId: string): void {
  if (productId.length > 0 && productId.length <= limits.id) return;
  throw new UserError(`A product id has 1 to ${limits.id} characters.`, {
    hint: 'orders inventory list',
    exit: 2,
    code: 'Usage',
  });
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
