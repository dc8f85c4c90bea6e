/** The products table: the stock counters of each product (units). */
import { outputs } from '../../../functions/contract/api.ts';
import { productKey } from '../../../functions/contract/tables.ts';
import { isConditionFailed } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { readItems } from './batch-get.ts';
import { type Item, scanPages, type Update, updateItem, updateItemIf } from './table.ts';

const table = outputs.productsTable;

/** Units of a product that its orders account for. */
export interface Counters {
  readonly reserved: number;
  readonly sold: number;
}

/** The counters in the table. */
export interface ProductCounters extends Counters {
  /** Absent if no units were ever set or ordered. */
  readonly available?: number;
}

/** The stock of a product. Reserved units are no longer available; sold units have left the warehouse. */
export interface ProductStock extends Counters {
  readonly productId: string;
  readonly available: number;
}

/** Reads every product, sorted by id. Scans the table, which has one item per product. */
export async function readAllStock(stack: Stack): Promise<ProductStock[]> {
  const products: ProductStock[] = [];
  for await (const items of scanPages(stack, table)) products.push(...items.map(toProductStock));
  return products.sort((a, b) => (a.productId < b.productId ? -1 : 1));
}

/** Reads the counters of products by product id. An unknown product is left out. */
export async function readStock(
  stack: Stack,
  productIds: Iterable<string>,
): Promise<Map<string, ProductCounters>> {
  const items = await readItems(stack, table, { keys: [...new Set(productIds)].map(productKey) });
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

/** Sets the available units. Returns the new stock; undefined if there is no such product and `create` is not set. */
export async function putAvailable(
  stack: Stack,
  {
    productId,
    available,
    create,
  }: Pick<ProductStock, 'productId' | 'available'> & { readonly create: boolean },
): Promise<ProductStock | undefined> {
  try {
    return await updateProduct(stack, productId, {
      UpdateExpression: 'SET available = :available',
      ...(create ? {} : { ConditionExpression: 'attribute_exists(productId)' }),
      ExpressionAttributeValues: { ':available': available },
    });
  } catch (error) {
    if (isConditionFailed(error)) return undefined;
    throw error;
  }
}

/** Adds units to the available ones; a negative number removes some. Returns the new stock, or why it is unchanged. */
export async function addAvailable(
  stack: Stack,
  { productId, by }: { readonly productId: string; readonly by: number },
): Promise<
  ProductStock | { readonly refused: 'unknown-product' | { readonly available: number } }
> {
  try {
    return await updateProduct(stack, productId, {
      UpdateExpression: 'SET available = available + :by',
      ConditionExpression: 'available >= :min',
      ExpressionAttributeValues: { ':by': by, ':min': Math.max(0, -by) },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    // The document client does not unmarshall the item of an error.
    const { Item } = error as { Item?: { available?: { N?: string } } };
    if (!Item) return { refused: 'unknown-product' };
    return { refused: { available: Number(Item.available?.N ?? 0) } };
  }
}

/** Sets the counters of a product if its reserved units are still those found. Returns whether they were. */
export function putCountersIf(
  stack: Stack,
  { productId, found, due }: { readonly productId: string; found: Counters; due: Counters },
): Promise<boolean> {
  const isUnchanged =
    found.reserved === 0
      ? '(reserved = :found OR attribute_not_exists(reserved))'
      : 'reserved = :found';
  return updateItemIf(stack, table, {
    key: productKey(productId),
    UpdateExpression: 'SET reserved = :reserved, sold = :sold ADD available :freed',
    ConditionExpression: isUnchanged,
    ExpressionAttributeValues: {
      ':found': found.reserved,
      ':reserved': due.reserved,
      ':sold': due.sold,
      ':freed': found.reserved - due.reserved,
    },
  });
}

async function updateProduct(
  stack: Stack,
  productId: string,
  update: Update,
): Promise<ProductStock> {
  const key = productKey(productId);
  return toProductStock(
    await updateItem(stack, table, { key, ...update, ReturnValues: 'ALL_NEW' }),
  );
}

function toProductStock({ productId, available = 0, reserved = 0, sold = 0 }: Item): ProductStock {
  return {
    productId: String(productId),
    available: Number(available),
    reserved: Number(reserved),
    sold: Number(sold),
  };
}
