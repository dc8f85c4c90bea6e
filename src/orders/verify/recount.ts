import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import { unknownProductError } from '../actions/inventory.ts';
import { putCountersIf, readStock } from '../tables/products-table.ts';
import { readWindow } from './read-window.ts';
import { readStackSettings } from './stack-settings.ts';
import type { StockDifference } from './stock.ts';
import { verifyStock } from './stock-check.ts';

export interface RecountResult {
  readonly productId: string;
  /** The counters before; absent if they were right. */
  readonly before?: StockDifference['found'];
  readonly now?: StockDifference['due'];
}

const dayMs = 86_400_000;

/**
 * Sets the reserved and sold counters of a product to the sums of all orders. Units that no order holds become available;
 * units that an order holds without a reservation are no longer available. Throws a UserError if orders change too
 * quickly to be counted (exit 7), or if the product is unknown (exit 5).
 */
export async function recountStock(stack: Stack, productId: string): Promise<RecountResult> {
  const settings = await readStackSettings(stack.target);
  const query = {
    since: new Date(settings.createdAt - dayMs).toISOString(),
    until: new Date(Date.now() + dayMs).toISOString(),
    details: false,
  };
  const window = await readWindow(stack, query);
  const { differences, notJudged } = await verifyStock(stack, { query, window, settings });
  const difference = differences.find((product) => product.productId === productId);
  if (difference) {
    if (!(await putCountersIf(stack, difference))) {
      throw changedDuringRecountError(productId, 'one of its orders has changed');
    }
    return { productId, before: difference.found, now: difference.due };
  }
  if (notJudged.length === 0) {
    const known = await readStock(stack, [productId]);
    if (!known.has(productId)) throw unknownProductError(productId);
    return { productId };
  }
  throw changedDuringRecountError(productId, notJudged.join('; '));
}

function changedDuringRecountError(productId: string, reason: string): UserError {
  return new UserError(`${productId} could not be recounted: ${reason}.`, {
    hint: `orders inventory recount ${productId}`,
    exit: 7,
    code: 'Moving',
  });
}
