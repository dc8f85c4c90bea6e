/** The products table. */
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { productKey } from '../../contract/tables.ts';
import { documents } from '../dynamodb.ts';
import type { TransactItem } from '../transactions.ts';
import { createTable, type Update } from './table.ts';

const table = createTable<ReturnType<typeof productKey>>('PRODUCTS_TABLE');

/**
 * Reads the available stock of products in one request; products without an item are absent. Undefined if DynamoDB did not
 * return all items.
 */
export async function readAvailableStock(
  productIds: readonly string[],
): Promise<ReadonlyMap<string, number> | undefined> {
  const { Responses = {}, UnprocessedKeys = {} } = await documents.send(
    new BatchGetCommand({ RequestItems: { [table.name()]: { Keys: productIds.map(productKey) } } }),
  );
  if (Object.keys(UnprocessedKeys).length > 0) return undefined;
  const items = Responses[table.name()] ?? [];
  return new Map(items.map((item) => [String(item['productId']), Number(item['available'])]));
}

/** The update of a product as part of a transaction. */
export function productUpdateItem(productId: string, update: Update): TransactItem {
  return table.updateItem(productKey(productId), update);
}
