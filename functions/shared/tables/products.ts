/** The products table: the stock of each product, in one or more shards. */
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { parseStockKey, type StockShard, stockKey } from '../../contract/stock.ts';
import { documents } from '../dynamodb.ts';
import type { TransactItem } from '../transactions.ts';
import { createTable, type Update } from './table.ts';

const table = createTable<ReturnType<typeof stockKey>>('PRODUCTS_TABLE');

export interface ShardStock extends StockShard {
  readonly available: number;
  /** How often units were added to the available ones. */
  readonly refills: number;
  /** Number of shards of the product. Only meaningful in shard 0. */
  readonly shards: number;
}

/** Reads shards; shards without an item are absent. Undefined if DynamoDB did not return all items. */
export async function readShards(
  shards: readonly StockShard[],
  { consistent }: { readonly consistent: boolean },
): Promise<ShardStock[] | undefined> {
  const found: ShardStock[] = [];
  for (let start = 0; start < shards.length; start += maxBatchSize) {
    const Keys = shards.slice(start, start + maxBatchSize).map(stockKey);
    const { Responses = {}, UnprocessedKeys = {} } = await documents.send(
      new BatchGetCommand({
        RequestItems: { [table.name()]: { Keys, ConsistentRead: consistent } },
      }),
    );
    if (Object.keys(UnprocessedKeys).length > 0) return undefined;
    found.push(...(Responses[table.name()] ?? []).map(toShardStock));
  }
  return found;
}

/** Maximum number of keys in a BatchGetItem request (API reference). */
const maxBatchSize = 100;

function toShardStock(item: Record<string, unknown>): ShardStock {
  const { productId, available = 0, refills = 0, shards = 1 } = item;
  return {
    ...parseStockKey(String(productId)),
    available: Number(available),
    refills: Number(refills),
    shards: Number(shards),
  };
}

/** The update of a shard as part of a transaction. */
export function stockUpdateItem(shard: StockShard, update: Update): TransactItem {
  return table.updateItem(stockKey(shard), update);
}
