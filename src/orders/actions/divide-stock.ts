/** Moves available units between the shards of a product, while orders reserve and release units. */

import { outputs } from '../../../functions/contract/api.ts';
import { divideUnits, shardsFor, stockKey } from '../../../functions/contract/stock.ts';
import type { Stack } from '../../environment/stack.ts';
import type { ShardStock } from '../tables/products-table.ts';
import { updateItemsIf } from '../tables/table.ts';
import { publishShards, readProduct, totalUnits } from './stock-units.ts';

/** Units that are moved from one shard to another. */
interface Move {
  readonly from: number;
  readonly to: number;
  readonly units: number;
}

/** Attempts; in each, those moves are repeated that writes of orders prevented. */
const maxRounds = 8;

/**
 * Divides the available units of a product evenly among up to `maxShards` shards; with 1, all units get into shard 0. Each move is a
 * transaction, so no unit is lost if the command is interrupted. Returns whether it is done: `busy` if orders kept writing the
 * shards; then a part of the units has been moved.
 */
export async function divideStock(
  stack: Stack,
  { productId, maxShards }: { readonly productId: string; readonly maxShards: number },
): Promise<'done' | 'busy' | 'unknown-product'> {
  for (let round = 1; round <= maxRounds; round += 1) {
    const present = await readProduct(stack, productId);
    const [head] = present;
    if (head?.available === undefined) return 'unknown-product';
    const total = totalUnits(present);
    const parts = shardsFor(total, maxShards);
    const shards = Math.max(head.shards ?? 1, parts);
    if (!(await publishShards(stack, { productId, before: head.shards, shards }))) continue;
    if (await moveAll(stack, productId, planMoves(present, divideUnits(total, parts))))
      return 'done';
  }
  return 'busy';
}

/** Returns the moves after which each shard has its part, and the shards without a part have no units. */
function planMoves(shards: readonly ShardStock[], parts: readonly number[]): Move[] {
  const count = Math.max(parts.length, ...shards.map(({ shard }) => shard + 1));
  const surplus = Array.from({ length: count }, (_, index) => {
    const { available = 0 } = shards.find(({ shard }) => shard === index) ?? {};
    return Math.max(0, available) - (parts[index] ?? 0);
  });
  const moves: Move[] = [];
  let to = 0;
  for (let from = 0; from < count; from += 1) {
    for (let left = surplus[from] ?? 0; left > 0; ) {
      while ((surplus[to] ?? 0) >= 0) to += 1;
      const units = Math.min(left, -(surplus[to] ?? 0));
      moves.push({ from, to, units });
      surplus[to] = (surplus[to] ?? 0) + units;
      left -= units;
    }
  }
  return moves;
}

async function moveAll(stack: Stack, productId: string, moves: readonly Move[]): Promise<boolean> {
  let areMoved = true;
  for (const move of moves) areMoved = (await moveUnits(stack, productId, move)) && areMoved;
  return areMoved;
}

function moveUnits(stack: Stack, productId: string, { from, to, units }: Move): Promise<boolean> {
  return updateItemsIf(stack, outputs.productsTable, [
    {
      key: stockKey({ productId, shard: from }),
      UpdateExpression: 'ADD available :negative',
      ConditionExpression: 'available >= :units',
      ExpressionAttributeValues: { ':units': units, ':negative': -units },
    },
    {
      key: stockKey({ productId, shard: to }),
      UpdateExpression: 'ADD available :units, refills :one',
      ConditionExpression: 'attribute_exists(productId)',
      ExpressionAttributeValues: { ':units': units, ':one': 1 },
    },
  ]);
}
