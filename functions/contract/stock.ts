/** The shards of a product's stock: their keys, their number, and the units that an order took from each. Pure. */
import type { OrderRecord, ReservedUnits } from './api.ts';
import { quantityByProduct } from './expected-side-effects.ts';
import { productKey } from './tables.ts';

/** Limits of the template's parameter for the shards of a product. */
export const stockShards = { default: 64, max: 256 } as const;

/** A shard has at least this many units when it is created, so that few orders have to combine the units of several shards. */
const minUnitsPerShard = 16;

/** DynamoDB's limit for the items of a transaction (API reference). */
export const maxTransactionItems = 100;

const keyStart = ' / shard ';
/** Makes the key longer than a product id can be (64 characters), so that no product has it. */
const keyEnd = ' of the stock (this key is longer than any product id)';
const keyPattern = new RegExp(
  `^(?<productId>.+)${keyStart}(?<shard>\\d+)${keyEnd.replace(/[()]/g, '\\$&')}$`,
  's',
);

/** A shard of a product's stock, from 0. */
export interface StockShard {
  readonly productId: string;
  readonly shard: number;
}

/**
 * The key of a shard in the products table. Shard 0 has the key of the product: it is the only item of a product that was never
 * split, and its attribute `shards` contains the number of shards.
 */
export function stockKey({ productId, shard }: StockShard): { readonly productId: string } {
  return productKey(shard === 0 ? productId : `${productId}${keyStart}${shard}${keyEnd}`);
}

/** Returns the shard to which an item of the products table belongs. */
export function parseStockKey(key: string): StockShard {
  const { productId, shard } = keyPattern.exec(key)?.groups ?? {};
  return productId === undefined
    ? { productId: key, shard: 0 }
    : { productId, shard: Number(shard) };
}

/** Returns the number of shards for a stock of `units`, at most `max`: a small stock has few. */
export function shardsFor(units: number, max: number): number {
  return Math.max(1, Math.min(max, Math.floor(units / minUnitsPerShard)));
}

/** Divides units among shards, evenly. */
export function divideUnits(units: number, shards: number): number[] {
  const [share, rest] = [Math.floor(units / shards), units % shards];
  return Array.from({ length: shards }, (_, shard) => share + (shard < rest ? 1 : 0));
}

/**
 * The units that an order reserved, by shard. Without an entry in the record, all of a product are from shard 0: the product was
 * not split, or an earlier version of the workflow reserved them.
 */
export function reservedUnits({
  items,
  reservedFrom = [],
}: Pick<OrderRecord, 'items' | 'reservedFrom'>): ReservedUnits[] {
  const recorded = new Set(reservedFrom.map(({ productId }) => productId));
  const rest = [...quantityByProduct({ items })].filter(([productId]) => !recorded.has(productId));
  return [
    ...reservedFrom,
    ...rest.map(([productId, quantity]) => ({ productId, shard: 0, quantity })),
  ];
}

/** Returns the units to record on an order; undefined if all are from shards 0. */
export function unitsToRecord(units: readonly ReservedUnits[]): ReservedUnits[] | undefined {
  const split = new Set(units.flatMap(({ productId, shard }) => (shard === 0 ? [] : [productId])));
  const recorded = units.filter(({ productId }) => split.has(productId));
  return recorded.length > 0 ? recorded : undefined;
}
