import type { ReservedUnits } from '../../../contract/api.ts';
import { maxTransactionItems } from '../../../contract/stock.ts';
import { stockUpdateItem } from '../../../shared/tables/products.ts';
import { tryTransact } from '../../../shared/transactions.ts';
import { WriteContention } from '../../../shared/write-contention.ts';

/**
 * Moves available units of a product to its shard 0: an order of many units needs more shards than a transaction can contain. Returns
 * the units in shard 0. Throws WriteContention if other orders are writing the shards; units that have been moved stay there.
 */
export async function gatherUnits(units: readonly ReservedUnits[]): Promise<ReservedUnits[]> {
  const others = units.filter(({ shard }) => shard !== 0);
  for (let start = 0; start < others.length; start += maxTransactionItems - 1) {
    await moveUnits(others.slice(start, start + maxTransactionItems - 1));
  }
  const productId = units[0]?.productId ?? '';
  return [{ productId, shard: 0, quantity: sumQuantities(units) }];
}

async function moveUnits(units: readonly ReservedUnits[]): Promise<void> {
  const productId = units[0]?.productId ?? '';
  const cancellation = await tryTransact([
    stockUpdateItem(
      { productId, shard: 0 },
      {
        UpdateExpression: 'ADD available :moved, refills :one',
        ConditionExpression: 'attribute_exists(productId)',
        ExpressionAttributeValues: { ':moved': sumQuantities(units), ':one': 1 },
      },
    ),
    ...units.map(({ quantity, ...shard }) =>
      stockUpdateItem(shard, {
        UpdateExpression: 'ADD available :negative',
        ConditionExpression: 'available >= :quantity',
        ExpressionAttributeValues: { ':quantity': quantity, ':negative': -quantity },
      }),
    ),
  ]);
  if (cancellation) throw new WriteContention();
}

function sumQuantities(units: readonly ReservedUnits[]): number {
  return units.reduce((sum, { quantity }) => sum + quantity, 0);
}
