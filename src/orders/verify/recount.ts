import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import { checkProductId, unknownProductError } from '../actions/inventory.ts';
import { readStackSettings } from '../lookup/stack-settings.ts';
import {
  type Counters,
  putCountersIf,
  readShards,
  toProductStock,
} from '../tables/products-table.ts';
import { readWindow } from './read-window.ts';
import { verifyStock } from './stock-check.ts';

export interface RecountResult {
  readonly productId: string;
  /** The counters before; absent if they were right. */
  readonly before?: Counters;
  readonly now?: Counters;
}

const dayMs = 86_400_000;

/**
 * Sets the reserved and sold counters of each shard of a product to the sums of all orders, and creates lost shards without units.
 * Units that no order holds become available; units that an order holds without a reservation are no longer available. Throws a
 * UserError if orders change too quickly to be counted (exit 7), or if the product is unknown (exit 5).
 */
export async function recountStock(stack: Stack, productId: string): Promise<RecountResult> {
  checkProductId(productId);
  const settings = await readStackSettings(stack.target);
  const query = {
    since: new Date(settings.createdAt - dayMs).toISOString(),
    details: false,
  };
  const window = await readWindow(stack, query);
  const { differences, notJudged } = await verifyStock(stack, { query, window, settings });
  const wrong = differences.filter((shard) => shard.productId === productId);
  if (wrong.length > 0) {
    const before = await readCounters(stack, productId);
    for (const shard of wrong) {
      if (!(await putCountersIf(stack, shard))) {
        throw changedDuringRecountError(productId, 'one of its orders has changed');
      }
    }
    const now = await readCounters(stack, productId);
    return { productId, ...(before && { before }), ...(now && { now }) };
  }
  if (notJudged.length === 0) {
    if (!(await readCounters(stack, productId))) throw unknownProductError(productId);
    return { productId };
  }
  throw changedDuringRecountError(productId, notJudged.join('; '));
}

async function readCounters(stack: Stack, productId: string): Promise<Counters | undefined> {
  const shards = (await readShards(stack, [productId])).get(productId);
  if (!shards) return undefined;
  const { reserved, sold } = toProductStock(productId, shards);
  return { reserved, sold };
}

function changedDuringRecountError(productId: string, reason: string): UserError {
  return new UserError(`${productId} could not be recounted: ${reason}.`, {
    hint: `orders inventory recount ${productId}`,
    exit: 7,
    code: 'Moving',
  });
}
