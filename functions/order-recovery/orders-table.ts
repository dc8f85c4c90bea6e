import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderRecord } from '../contract/api.ts';
import { documents, isConditionFailed, tableName } from '../shared/tables.ts';

/** The order as it is now; undefined when there is none. */
export async function readOrder(orderId: string): Promise<OrderRecord | undefined> {
  const { Item } = await documents.send(
    new GetCommand({
      TableName: tableName('ORDERS_TABLE'),
      Key: { orderId },
      ConsistentRead: true,
    }),
  );
  return Item as OrderRecord | undefined;
}

/** Puts a warning on an order that is with the carrier; once, whatever is retried. */
export async function flagOrder(
  { orderId, warnings = [] }: OrderRecord,
  message: string,
): Promise<void> {
  try {
    await documents.send(
      new UpdateCommand({
        TableName: tableName('ORDERS_TABLE'),
        Key: { orderId },
        UpdateExpression: 'SET warnings = :warnings, flagged = :flagged, updatedAt = :now',
        ConditionExpression: 'attribute_exists(orderId) AND attribute_not_exists(flagged)',
        ExpressionAttributeValues: {
          ':warnings': [...warnings, { stage: 'ship-order', message }],
          ':flagged': true,
          ':now': new Date().toISOString(),
        },
      }),
    );
  } catch (error) {
    // An earlier attempt has flagged it.
    if (!isConditionFailed(error)) throw error;
  }
}
