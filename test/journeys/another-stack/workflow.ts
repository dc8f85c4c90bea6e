import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';

const tables = DynamoDBDocumentClient.from(new DynamoDBClient({}));

async function reach(orderId: string, status: string): Promise<void> {
  await tables.send(
    new UpdateCommand({
      TableName: process.env['ORDERS_TABLE'],
      Key: { orderId },
      UpdateExpression: 'SET #status = :status',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':status': status },
    }),
  );
}

/** Validates, waits and ships. On an error it records the failure and throws. */
export const handler = withDurableExecution(
  async ({ orderId, body }: { orderId: string; body: { items: unknown[] } }, context) => {
    try {
      await context.step(
        'validate',
        async () => {
          if (body.items.length === 0) throw new Error('No items');
          await reach(orderId, 'validated');
        },
        { retryStrategy: () => ({ shouldRetry: false }) },
      );
      await context.wait({ seconds: 300 });
      await context.step('ship', () => reach(orderId, 'completed'));
      return { orderId, status: 'completed' };
    } catch (error) {
      await context.step('compensate', () => reach(orderId, 'failed'));
      throw error;
    }
  },
);
