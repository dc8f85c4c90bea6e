/** The products table: the stock counters of each product (units), in one or more shards. */
import { outputs } from '../../../functions/contract/api.ts';
import { parseStockKey, type StockShard, stockKey } from '../../../functions/contract/stock.ts';
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

/** The counters of a product: the sums of its shards. */
export interface ProductCounters extends Counters {
  /** Absent if no units were ever set or ordered. */
  readonly available?: number;
  /** The fewest available units in a shard; absent if no units were ever set or ordered. */
  readonly fewest?: number;
}

/** The stock of a product. Reserved units are no longer available; sold units have left the warehouse. */
export interface ProductStock extends Counters {
  readonly productId: string;
  readonly available: number;
}

/** An item of the table. */
export interface ShardStock extends StockShard, Counters {
  readonly available?: number;
  /** Number of shards of the product; absent if it was never split, and in every shard but 0. */
  readonly shards?: number;
}

/** Reads every product, sorted by id. Scans the table. */
export async function readAllStock(stack: Stack): Promise<ProductStock[]> {
  const shards = Map.groupBy(await readAllShards(stack), ({ productId }) => productId);
  const products = [...shards].map(([productId, items]) => toProductStock(productId, items));
  return products.sort((a, b) => (a.productId < b.productId ? -1 : 1));
}

/** Reads every item of the table, in no particular order. */
export async function readAllShards(stack: Stack): Promise<ShardStock[]> {
  const shards: ShardStock[] = [];
  for await (const items of scanPages(stack, table)) shards.push(...items.map(toShardStock));
  return shards;
}

/** Reads the counters of products by product id. An unknown product is left out. */
export async function readStock(
  stack: Stack,
  productIds: Iterable<string>,
): Promise<Map<string, ProductCounters>> {
  const products = await readShards(stack, productIds);
  return new Map([...products].map(([productId, shards]) => [productId, sumShards(shards)]));
}

/** Reads the shards of products by product id, consistently, in their order. An unknown product or shard is left out. */
export async function readShards(
  stack: Stack,
  productIds: Iterable<string>,
): Promise<Map<string, ShardStock[]>> {
  const ids = [...new Set(productIds)];
  const heads = await readShardItems(
    stack,
    ids.map((productId) => ({ productId, shard: 0 })),
  );
  const others = await readShardItems(
    stack,
    heads.flatMap(({ productId, shards = 1 }) =>
      Array.from({ length: shards - 1 }, (_, index) => ({ productId, shard: index + 1 })),
    ),
  );
  const all = [...heads, ...others].sort((a, b) => a.shard - b.shard);
  return Map.groupBy(all, ({ productId }) => productId);
}

async function readShardItems(stack: Stack, shards: readonly StockShard[]): Promise<ShardStock[]> {
  const items = await readItems(stack, table, { keys: shards.map(stockKey) });
  return items.map(toShardStock);
}

/** Updates a shard. Returns the new item; undefined if the condition failed. */
export async function updateShard(
  stack: Stack,
  shard: StockShard,
  update: Update,
): Promise<ShardStock | undefined> {
  const options = { key: stockKey(shard), ...update, ReturnValues: 'ALL_NEW' } as const;
  try {
    return toShardStock(await updateItem(stack, table, options));
  } catch (error) {
    if (isConditionFailed(error)) return undefined;
    throw error;
  }
}

interface CountersUpdate extends StockShard {
  /** Undefined if the shard has no item. */
  readonly found: Counters | undefined;
  readonly due: Counters;
}

/**
 * Sets the counters of a shard if its reserved units are still those found; creates a shard that has no item, without available units.
 * Returns whether it did.
 */
export function putCountersIf(
  stack: Stack,
  { found, due, ...shard }: CountersUpdate,
): Promise<boolean> {
  const key = stockKey(shard);
  const counters = { ':reserved': due.reserved, ':sold': due.sold };
  if (!found) {
    return updateItemIf(stack, table, {
      key,
      UpdateExpression: 'SET reserved = :reserved, sold = :sold, available = :none',
      ConditionExpression: 'attribute_not_exists(productId)',
      ExpressionAttributeValues: { ...counters, ':none': 0 },
    });
  }
  const isUnchanged =
    found.reserved === 0
      ? '(reserved = :found OR attribute_not_exists(reserved))'
      : 'reserved = :found';
  return updateItemIf(stack, table, {
    key,
    UpdateExpression: 'SET reserved = :reserved, sold = :sold ADD available :freed, refills :one',
    ConditionExpression: isUnchanged,
    ExpressionAttributeValues: {
      ...counters,
      ':found': found.reserved,
      ':freed': found.reserved - due.reserved,
      ':one': 1,
    },
  });
}

/** Returns the sums of a product's shards. */
export function toProductStock(productId: string, shards: readonly ShardStock[]): ProductStock {
  const { available = 0, reserved, sold } = sumShards(shards);
  return { productId, available, reserved, sold };
}

function sumShards(shards: readonly ShardStock[]): ProductCounters {
  const sum = (field: keyof Counters) => shards.reduce((total, shard) => total + shard[field], 0);
  const available = shards.flatMap((shard) => shard.available ?? []);
  return {
    reserved: sum('reserved'),
    sold: sum('sold'),
    ...(available.length > 0 && {
      available: available.reduce((total, units) => total + units, 0),
      fewest: Math.min(...available),
    }),
  };
}

function toShardStock({ productId, available, reserved = 0, sold = 0, shards }: Item): ShardStock {
  return {
    ...parseStockKey(String(productId)),
    ...(available === undefined ? {} : { available: Number(available) }),
    reserved: Number(reserved),
    sold: Number(sold),
    ...(shards === undefined ? {} : { shards: Number(shards) }),
  };
}
