/** Sets, adds and removes the available units of a product in all of its shards, while orders reserve and release units. */
import { divideUnits, type StockShard, shardsFor } from '../../../functions/contract/stock.ts';
import type { Stack } from '../../environment/stack.ts';
import { forEachConcurrent } from '../requests/for-each-concurrent.ts';
import { readShards, type ShardStock, updateShard } from '../tables/products-table.ts';

/** Updates of shards in flight at the same time. */
const concurrency = 16;

interface StockChange {
  readonly productId: string;
  /** Maximum number of shards of a product in this stack. */
  readonly maxShards: number;
}

/**
 * Sets the available units of each shard to its part of `available`. An order that reserves or releases units at the same time counts
 * before or after the change of its shard, so no unit is lost or counted twice. Returns false if there is no such product and `create`
 * is not set.
 */
export async function setUnits(
  stack: Stack,
  change: StockChange & { readonly available: number; readonly create: boolean },
): Promise<boolean> {
  const { productId, available, create, maxShards } = change;
  const [head] = await readProduct(stack, productId);
  if (!head && !create) return false;
  const shards = Math.max(head?.shards ?? 1, shardsFor(available, maxShards));
  const [first = 0, ...others] = divideUnits(available, shards);
  // Shard 0 is first: without its units, an order would create the product with the default stock.
  const updated = await setShard(stack, { productId, shard: 0 }, first);
  const isSplit = updated?.shards !== head?.shards;
  if (isSplit || !(await publishShards(stack, { productId, before: head?.shards, shards }))) {
    return setUnits(stack, { ...change, create: true });
  }
  await forEachConcurrent(others.entries(), concurrency, async ([index, units]) => {
    await setShard(stack, { productId, shard: index + 1 }, units);
  });
  return true;
}

/** Adds units, most to the shards with the fewest. Returns false if there is no such product. */
export async function addUnits(
  stack: Stack,
  change: StockChange & { readonly units: number },
): Promise<boolean> {
  const { productId, units, maxShards } = change;
  const present = await readProduct(stack, productId);
  const [head] = present;
  if (head?.available === undefined) return false;
  const shards = Math.max(head.shards ?? 1, shardsFor(totalUnits(present) + units, maxShards));
  if (!(await publishShards(stack, { productId, before: head.shards, shards }))) {
    return addUnits(stack, change);
  }
  const byUnits = Array.from({ length: shards }, (_, shard) => ({
    shard,
    available: present.find((other) => other.shard === shard)?.available ?? 0,
  })).sort((a, b) => a.available - b.available);
  const parts = divideUnits(units, shards).map((part, index) => [part, byUnits[index]?.shard ?? 0]);
  await forEachConcurrent(parts, concurrency, async ([part = 0, shard = 0]) => {
    if (part > 0) await addToShard(stack, { productId, shard }, part);
  });
  return true;
}

/**
 * Removes units. Returns undefined; or how many units are available if they are too few, and then leaves the stock unchanged, or
 * 'unknown-product'.
 */
export async function takeUnits(
  stack: Stack,
  { productId, units }: { readonly productId: string; readonly units: number },
): Promise<undefined | 'unknown-product' | { readonly available: number }> {
  const taken: { shard: number; units: number }[] = [];
  const countTaken = () => taken.reduce((sum, part) => sum + part.units, 0);
  let before: number | undefined;
  for (let missing = units; missing > 0; missing = units - countTaken()) {
    const present = await readProduct(stack, productId);
    if (present[0]?.available === undefined) return 'unknown-product';
    const total = totalUnits(present);
    if (total < missing && before === total) {
      for (const part of taken) {
        await addToShard(stack, { productId, shard: part.shard }, part.units);
      }
      return { available: total + countTaken() };
    }
    before = total;
    if (total < missing) continue;
    for (const { shard, units: part } of planParts(present, missing)) {
      if (await takeFromShard(stack, { productId, shard }, part))
        taken.push({ shard, units: part });
    }
  }
  return undefined;
}

/** The part of each shard, in proportion to its units. */
function planParts(shards: readonly ShardStock[], units: number) {
  const total = totalUnits(shards);
  let missing = units;
  return shards.flatMap(({ shard, available = 0 }) => {
    const part = Math.min(missing, Math.ceil((Math.max(0, available) * units) / total));
    missing -= part;
    return part > 0 ? [{ shard, units: part }] : [];
  });
}

/** Reads the shards of a product, in their order; none if it is unknown. */
export async function readProduct(stack: Stack, productId: string): Promise<ShardStock[]> {
  return (await readShards(stack, [productId])).get(productId) ?? [];
}

/** Returns the available units of all shards. */
export function totalUnits(shards: readonly ShardStock[]): number {
  return shards.reduce((sum, { available = 0 }) => sum + Math.max(0, available), 0);
}

interface Publication {
  readonly productId: string;
  /** The number of shards as it was read; undefined if the product was never split. */
  readonly before: number | undefined;
  readonly shards: number;
}

/**
 * Creates further shards without units, and then the number of shards in shard 0, so that orders find only shards that exist. Returns
 * false if an order has split the stock since it was read.
 */
export async function publishShards(
  stack: Stack,
  { productId, before, shards }: Publication,
): Promise<boolean> {
  const present = before ?? 1;
  if (shards === present) return true;
  const added = Array.from({ length: shards - present }, (_, index) => present + index);
  await forEachConcurrent(added, concurrency, async (shard) => {
    const fields = ['available', 'reserved', 'sold'];
    await updateShard(
      stack,
      { productId, shard },
      {
        UpdateExpression: `SET ${fields.map((field) => `${field} = if_not_exists(${field}, :none)`).join(', ')}`,
        ExpressionAttributeValues: { ':none': 0 },
      },
    );
  });
  const published = await updateShard(
    stack,
    { productId, shard: 0 },
    {
      UpdateExpression: 'SET shards = :shards',
      ConditionExpression:
        before === undefined
          ? 'attribute_exists(productId) AND attribute_not_exists(shards)'
          : 'shards = :before',
      ExpressionAttributeValues: {
        ':shards': shards,
        ...(before !== undefined && { ':before': before }),
      },
    },
  );
  return published !== undefined;
}

function setShard(
  stack: Stack,
  shard: StockShard,
  available: number,
): Promise<ShardStock | undefined> {
  return updateShard(stack, shard, {
    UpdateExpression: 'SET available = :available ADD refills :one',
    ExpressionAttributeValues: { ':available': available, ':one': 1 },
  });
}

async function addToShard(stack: Stack, shard: StockShard, units: number): Promise<void> {
  await updateShard(stack, shard, {
    UpdateExpression: 'ADD available :units, refills :one',
    ExpressionAttributeValues: { ':units': units, ':one': 1 },
  });
}

async function takeFromShard(stack: Stack, shard: StockShard, units: number): Promise<boolean> {
  const updated = await updateShard(stack, shard, {
    UpdateExpression: 'ADD available :negative',
    ConditionExpression: 'available >= :units',
    ExpressionAttributeValues: { ':units': units, ':negative': -units },
  });
  return updated !== undefined;
}
