import type { ReservedUnits } from '../../../contract/api.ts';
import { readShards, type ShardStock } from '../../../shared/tables/products.ts';
import { WriteContention } from '../../../shared/write-contention.ts';
import { ProviderUnavailable } from '../../failures.ts';

/**
 * The stock of a product before its first order, so that every product can be ordered without filling the table. Set by a
 * template parameter; with 0, only products in the table can be ordered.
 */
export const initialStock = Number(process.env['INITIAL_STOCK'] ?? 1_000_000);

/** An ordered product: its id and the quantity. */
export type Line = readonly [productId: string, quantity: number];

/** Reads to find two that are equal; between them, other orders take units. */
const maxReads = 4;

/** Shard 0 of products, by product id. */
export type Heads = ReadonlyMap<string, ShardStock>;

/** Reads shard 0 of products. The result may be slightly out of date. */
export async function readHeads(productIds: readonly string[]): Promise<Heads> {
  const heads = await readShards(
    productIds.map((productId) => ({ productId, shard: 0 })),
    { consistent: false },
  );
  if (!heads) throw incompleteRead();
  return new Map(heads.map((head) => [head.productId, head]));
}

/**
 * Finds units of a product in its shards: in one shard if one has enough, else in as few as possible. Undefined if there are too few
 * units in all shards together at one point in time. `preferred` (from 0) selects among shards that have enough.
 */
export async function findUnits(
  [productId, quantity]: Line,
  preferred: number,
): Promise<ReservedUnits[] | undefined> {
  let previous: readonly ShardStock[] | undefined;
  for (let read = 1; read <= maxReads; read += 1) {
    const shards = await readStock(productId);
    const total = shards.reduce((sum, { available }) => sum + Math.max(0, available), 0);
    if (total >= quantity) return combine(shards, quantity, preferred);
    if (shards.length === 1 || (previous && isUnchanged(previous, shards))) return undefined;
    previous = shards;
  }
  throw new WriteContention();
}

/** Reads all shards of a product, consistently. A product without an item has its initial stock. */
async function readStock(productId: string): Promise<ShardStock[]> {
  const [head] = (await readShards([{ productId, shard: 0 }], { consistent: true })) ?? [];
  if (!head) return [{ productId, shard: 0, available: initialStock, refills: 0, shards: 1 }];
  const others = await readShards(
    Array.from({ length: head.shards - 1 }, (_, index) => ({ productId, shard: index + 1 })),
    { consistent: true },
  );
  if (!others) throw incompleteRead();
  return [head, ...others].sort((a, b) => a.shard - b.shard);
}

/**
 * Whether two reads show the stock at one point in time. DynamoDB reads the items of a batch one after the other, so that the units of
 * a single read may never have been free together. Units that were added and taken again between the reads count as a refill.
 */
function isUnchanged(before: readonly ShardStock[], after: readonly ShardStock[]): boolean {
  return (
    before.length === after.length &&
    before.every(({ available, refills, shards }, index) => {
      const now = after[index];
      return now?.available === available && now.refills === refills && now.shards === shards;
    })
  );
}

function combine(
  shards: readonly ShardStock[],
  quantity: number,
  preferred: number,
): ReservedUnits[] {
  const sufficient = shards.filter(({ available }) => available >= quantity);
  const single = sufficient[preferred % sufficient.length];
  if (single) return [{ productId: single.productId, shard: single.shard, quantity }];
  const units: ReservedUnits[] = [];
  let missing = quantity;
  for (const { productId, shard, available } of shards.toSorted(
    (a, b) => b.available - a.available,
  )) {
    if (missing === 0 || available <= 0) break;
    const taken = Math.min(available, missing);
    units.push({ productId, shard, quantity: taken });
    missing -= taken;
  }
  return units;
}

function incompleteRead(): ProviderUnavailable {
  return new ProviderUnavailable('The stock could not be read completely');
}
