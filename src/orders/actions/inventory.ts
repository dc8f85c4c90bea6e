/** The stock of the products, as an operator sees and corrects it. */
import { outputs as names } from '../../../functions/contract/api.ts';
import { isConditionFailed } from '../../aws/errors.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';

/** Pieces of a product. What is reserved is no longer available; what is sold has left the warehouse. */
export interface Stock {
  readonly productId: string;
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
}

/** Every product that was ever ordered or set, by its id. Reads the whole table, which has one item a product. */
export async function listStock(target: Target, outputs: StackOutputs): Promise<Stock[]> {
  const { ScanCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  const found: Stock[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await tables.send(
      new ScanCommand({ TableName: output(outputs, names.productsTable), ExclusiveStartKey }),
    );
    found.push(...(page.Items ?? []).map(stockOf));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return found.sort((a, b) => (a.productId < b.productId ? -1 : 1));
}

/** Sets how many pieces are available; what is reserved or sold stays. Answers the stock as it then is. */
export function setStock(
  target: Target,
  outputs: StackOutputs,
  { productId, available }: Pick<Stock, 'productId' | 'available'>,
): Promise<Stock> {
  return update(target, outputs, {
    Key: { productId },
    UpdateExpression: 'SET available = :available',
    ExpressionAttributeValues: { ':available': available },
  });
}

/**
 * Adds pieces to what is available, or takes some away. Throws a UserError when the product is unknown (exit 5) or fewer
 * are available than are to be taken (exit 6); nothing is changed then.
 */
export async function adjustStock(
  target: Target,
  outputs: StackOutputs,
  { productId, by }: { readonly productId: string; readonly by: number },
): Promise<Stock> {
  try {
    return await update(target, outputs, {
      Key: { productId },
      UpdateExpression: 'SET available = available + :by',
      ConditionExpression: 'available >= :least',
      ExpressionAttributeValues: { ':by': by, ':least': Math.max(0, -by) },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    // The document client leaves an error's item as it came off the wire.
    const { Item } = error as { Item?: { available?: { N?: string } } };
    throw Item ? tooFew(productId, Number(Item.available?.N ?? 0)) : unknown(productId);
  }
}

interface Change {
  readonly Key: { readonly productId: string };
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeValues: Readonly<Record<string, number>>;
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD';
}

async function update(target: Target, outputs: StackOutputs, change: Change): Promise<Stock> {
  const { UpdateCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  const TableName = output(outputs, names.productsTable);
  const answer = await tables.send(
    new UpdateCommand({ TableName, ...change, ReturnValues: 'ALL_NEW' }),
  );
  return stockOf(answer.Attributes ?? {});
}

function stockOf(item: Readonly<Record<string, unknown>>): Stock {
  const { productId, available = 0, reserved = 0, sold = 0 } = item;
  return {
    productId: String(productId),
    available: Number(available),
    reserved: Number(reserved),
    sold: Number(sold),
  };
}

function unknown(productId: string): UserError {
  return new UserError(`There is no product ${productId} in the table.`, {
    hint: [`orders inventory set ${productId} 100`, 'orders inventory list'],
    exit: 5,
    code: 'NotFound',
  });
}

function tooFew(productId: string, available: number): UserError {
  return new UserError(`Only ${available} of ${productId} are available; nothing was changed.`, {
    hint: `orders inventory set ${productId} 0`,
    exit: 6,
    code: 'TooFew',
  });
}
