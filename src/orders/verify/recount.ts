import { outputs as names } from '../../../functions/contract/api.ts';
import { isConditionFailed } from '../../aws/errors.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { readView } from './read-window.ts';
import { readFrame } from './stack-settings.ts';
import type { StockDifference } from './stock.ts';
import { verifyStock } from './stock-check.ts';

export interface Recounted {
  readonly productId: string;
  /** What the counters were; absent where they were right. */
  readonly before?: StockDifference['found'];
  readonly now?: StockDifference['due'];
}

const dayMs = 86_400_000;

/**
 * Sets what of a product is reserved and sold to what all orders of the stack say. Pieces that no order holds are available
 * again; those that an order holds and were not reserved no longer are. Throws a UserError when the orders move too
 * fast to be counted (exit 7).
 */
export async function recountStock(
  target: Target,
  outputs: StackOutputs,
  productId: string,
): Promise<Recounted> {
  const frame = await readFrame(target);
  const query = {
    since: new Date(frame.createdAt - dayMs).toISOString(),
    until: new Date(Date.now() + dayMs).toISOString(),
    details: false,
  };
  const view = await readView(target, outputs, query);
  const { differences, notJudged } = await verifyStock(target, outputs, { query, view, frame });
  const difference = differences.find((each) => each.productId === productId);
  if (difference) {
    await setCounters(target, outputs, difference);
    return { productId, before: difference.found, now: difference.due };
  }
  if (notJudged.length === 0) return { productId };
  throw moving(productId, notJudged.join('; '));
}

async function setCounters(
  target: Target,
  outputs: StackOutputs,
  { productId, found, due }: StockDifference,
): Promise<void> {
  const { UpdateCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  const held =
    found.reserved === 0
      ? '(reserved = :held OR attribute_not_exists(reserved))'
      : 'reserved = :held';
  try {
    await tables.send(
      new UpdateCommand({
        TableName: output(outputs, names.productsTable),
        Key: { productId },
        UpdateExpression: 'SET reserved = :reserved, sold = :sold ADD available :back',
        ConditionExpression: held,
        ExpressionAttributeValues: {
          ':held': found.reserved,
          ':reserved': due.reserved,
          ':sold': due.sold,
          ':back': found.reserved - due.reserved,
        },
      }),
    );
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    throw moving(productId, 'an order of it has moved');
  }
}

function moving(productId: string, why: string): UserError {
  return new UserError(`${productId} could not be counted: ${why}.`, {
    hint: `orders inventory recount ${productId}`,
    exit: 7,
    code: 'Moving',
  });
}
