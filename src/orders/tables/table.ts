/** Reads and writes of a DynamoDB table that is found through the stack's outputs. */
import type {
  QueryCommandInput,
  ScanCommandInput,
  UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { outputs } from '../../../functions/contract/api.ts';
import {
  isConditionFailed,
  isTransactionConflict,
  isTransactionPrevented,
} from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { requireOutput } from '../../environment/stack-outputs.ts';
import { retryRequest, retryTransient } from '../requests/retry.ts';

/** The stack output that contains the name of a table. */
export type TableOutput = Extract<(typeof outputs)[keyof typeof outputs], `${string}TableName`>;

export type Key = Readonly<Record<string, string>>;
export type Item = Readonly<Record<string, unknown>>;

/** Reads an item consistently; undefined if there is none. */
export async function getItem(
  stack: Stack,
  table: TableOutput,
  key: Key,
): Promise<Item | undefined> {
  const { GetCommand } = await import('../../aws/sdk/dynamodb.ts');
  const client = await stack.target.clients.dynamodb();
  const TableName = requireOutput(stack, table);
  const { Item } = await client.send(new GetCommand({ TableName, Key: key, ConsistentRead: true }));
  return Item;
}

/**
 * Reads one page of a query; `next` is the start of the next one, undefined after the last. Does not retry transient errors beyond
 * the SDK's own attempts.
 */
export async function queryPage(
  stack: Stack,
  table: TableOutput,
  query: Omit<QueryCommandInput, 'TableName'>,
): Promise<{ readonly items: readonly Item[]; readonly next: Item | undefined }> {
  const { QueryCommand } = await import('../../aws/sdk/dynamodb.ts');
  const client = await stack.target.clients.dynamodb();
  const TableName = requireOutput(stack, table);
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({ TableName, ...query }),
  );
  return { items: Items, next: LastEvaluatedKey };
}

/** Yields the items of a consistent query page by page. Retries transient errors. */
export async function* queryConsistentPages(
  stack: Stack,
  table: TableOutput,
  query: Omit<QueryCommandInput, 'TableName' | 'ConsistentRead'>,
): AsyncGenerator<readonly Item[], void> {
  const { QueryCommand } = await import('../../aws/sdk/dynamodb.ts');
  const client = await stack.target.clients.dynamodb();
  const TableName = requireOutput(stack, table);
  yield* pages((ExclusiveStartKey) => {
    const command = new QueryCommand({
      TableName,
      ConsistentRead: true,
      ...query,
      ExclusiveStartKey,
    });
    return retryTransient(() => client.send(command));
  });
}

/** Yields all items of a table page by page (1 MB each). Retries transient errors. */
export async function* scanPages(
  stack: Stack,
  table: TableOutput,
): AsyncGenerator<readonly Item[], void> {
  const { ScanCommand } = await import('../../aws/sdk/dynamodb.ts');
  const client = await stack.target.clients.dynamodb();
  const TableName = requireOutput(stack, table);
  yield* pages((ExclusiveStartKey: ScanCommandInput['ExclusiveStartKey']) =>
    retryTransient(() => client.send(new ScanCommand({ TableName, ExclusiveStartKey }))),
  );
}

interface Page {
  readonly Items?: Item[] | undefined;
  readonly LastEvaluatedKey?: Record<string, unknown> | undefined;
}

async function* pages(
  read: (startKey: Record<string, unknown> | undefined) => Promise<Page>,
): AsyncGenerator<readonly Item[], void> {
  let startKey: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await read(startKey);
    yield Items;
    startKey = LastEvaluatedKey;
  } while (startKey);
}

export type Update = Omit<UpdateCommandInput, 'TableName' | 'Key'>;

/** Attempts of an update while transactions write the item: orders that reserve the same product. */
const maxConflictAttempts = 8;

/** Updates an item, again if a transaction is writing it. Returns the attributes that `ReturnValues` selects. */
export async function updateItem(
  stack: Stack,
  table: TableOutput,
  { key, ...update }: Update & { readonly key: Key },
): Promise<Item> {
  const { UpdateCommand } = await import('../../aws/sdk/dynamodb.ts');
  const client = await stack.target.clients.dynamodb();
  const TableName = requireOutput(stack, table);
  const command = new UpdateCommand({ TableName, Key: key, ...update });
  const { Attributes = {} } = await retryRequest(() => client.send(command), {
    maxAttempts: maxConflictAttempts,
    shouldRetry: isTransactionConflict,
    delayMs: (attempt) => 10 * 2 ** attempt,
  });
  return Attributes;
}

/** Updates an item if its condition holds. Returns whether it did. */
export async function updateItemIf(
  stack: Stack,
  table: TableOutput,
  update: Update & { readonly key: Key; readonly ConditionExpression: string },
): Promise<boolean> {
  try {
    await updateItem(stack, table, update);
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/** Updates several items, all or none. Returns false if a condition or another write of an item prevented it. */
export async function updateItemsIf(
  stack: Stack,
  table: TableOutput,
  updates: readonly (Update & { readonly key: Key; readonly UpdateExpression: string })[],
): Promise<boolean> {
  const { TransactWriteCommand } = await import('../../aws/sdk/dynamodb.ts');
  const client = await stack.target.clients.dynamodb();
  const TableName = requireOutput(stack, table);
  const TransactItems = updates.map(({ key, ...update }) => ({
    Update: { TableName, Key: key, ...update },
  }));
  try {
    await client.send(new TransactWriteCommand({ TransactItems }));
    return true;
  } catch (error) {
    if (isTransactionPrevented(error)) return false;
    throw error;
  }
}
