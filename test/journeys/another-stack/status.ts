import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';

const tables = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export async function handler({ pathParameters }: { pathParameters: { orderId: string } }) {
  const { orderId } = pathParameters;
  const { Item } = await tables.send(
    new GetCommand({ TableName: process.env['ORDERS_TABLE'], Key: { orderId } }),
  );
  return { statusCode: Item ? 200 : 404, body: JSON.stringify(Item ?? { error: 'not found' }) };
}
