import {
  maxTransactionItems,
  type StockShard,
  shardsFor,
  stockShards,
} from '../../../contract/stock.ts';
import { readShards, type ShardStock, stockUpdateItem } from '../../../shared/tables/products.ts';
import { type TransactItem, tryTransact } from '../../../shared/transactions.ts';

/** Maximum number of shards of a product, set by a template parameter. */
const maxShards = Number(process.env['STOCK_SHARDS'] ?? stockShards.default);

/**
 * Splits the stock of a product over more shards if it has enough units; call it when orders of the product conflict. Returns the
 * number of shards after that. Orders that write at the same time do not disturb it: units are moved from shard 0, not copied.
 */
export async function splitStock(productId: string): Promise<number> {
  const head = { productId, shard: 0 };
  const [before] = (await readShards([head], { consistent: true })) ?? [];
  if (!before) return 1;
  const shards = newShardCount(before);
  if (shards <= before.shards) return before.shards;
  if ((await tryTransact(splitItems(before, shards))) === undefined) return shards;
  // Other orders were faster; they may have split the stock themselves.
  const [now] = (await readShards([head], { consistent: true })) ?? [];
  return now?.shards ?? 1;
}

/** More shards than one transaction can create are created by further splits: shard 0 keeps the units of shards that do not exist yet. */
function newShardCount({ shards, available }: ShardStock): number {
  const added = Math.min(targetOf(shards, available) - shards, maxTransactionItems - 1);
  return shards + Math.max(0, added);
}

/** The number of shards if the units of shard 0 are divided among shard 0 and new shards. */
function targetOf(shards: number, available: number): number {
  return shards - 1 + shardsFor(available, maxShards - shards + 1);
}

function splitItems(
  { productId, shards: before, available }: ShardStock,
  shards: number,
): TransactItem[] {
  const share = Math.floor(available / (targetOf(before, available) - before + 1));
  const added = Array.from({ length: shards - before }, (_, index) => before + index);
  return [
    stockUpdateItem(
      { productId, shard: 0 },
      {
        UpdateExpression: 'SET available = available - :moved, shards = :shards',
        ConditionExpression: `available >= :moved AND (${before === 1 ? 'attribute_not_exists(shards) OR ' : ''}shards = :before)`,
        ExpressionAttributeValues: {
          ':moved': share * added.length,
          ':shards': shards,
          ':before': before,
        },
      },
    ),
    ...added.map((shard) => newShardItem({ productId, shard }, share)),
  ];
}

/** An interrupted `orders inventory set` may have left the item, without units. */
function newShardItem(shard: StockShard, available: number): TransactItem {
  return stockUpdateItem(shard, {
    UpdateExpression: 'SET available = :available, reserved = :none, sold = :none',
    ExpressionAttributeValues: { ':available': available, ':none': 0 },
  });
}
