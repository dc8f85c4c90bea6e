import { setTimeout as delay } from 'node:timers/promises';
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';

const TableName = 'CrashWrites';
const writers = 4;

/**
 * Writes pairs of items, each in one transaction, until it is closed, and records in memory which pairs were acknowledged. The record
 * survives crashes of the runtime.
 */
export async function startWriters(client: DynamoDBClient) {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  const documents = DynamoDBDocumentClient.from(client);
  const acknowledged = new Set<string>();
  let open = true;

  async function write(writer: number): Promise<void> {
    for (let number = 0; open; number += 1) {
      const pair = `${writer}-${number}`;
      const halves = ['left', 'right'].map((half) => ({
        Put: { TableName, Item: { id: `${pair}/${half}` } },
      }));
      try {
        await documents.send(new TransactWriteCommand({ TransactItems: halves }));
        acknowledged.add(pair);
      } catch {
        // The runtime was killed. The pair may be stored or not.
        await delay(5);
      }
    }
  }
  const running = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));

  async function countStored(): Promise<Map<string, number>> {
    const halves = new Map<string, number>();
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await documents.send(new ScanCommand({ TableName, ExclusiveStartKey }));
      for (const { id } of page.Items ?? []) {
        const pair = String(id).split('/')[0] ?? '';
        halves.set(pair, (halves.get(pair) ?? 0) + 1);
      }
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return halves;
  }

  return {
    async close(): Promise<void> {
      open = false;
      await running;
    },
    /** Returns the number of acknowledged pairs. */
    size: () => acknowledged.size,
    async problems(): Promise<string[]> {
      const halves = await countStored();
      const lost = [...acknowledged].filter((pair) => !halves.has(pair));
      const incomplete = [...halves].filter(([, count]) => count !== 2);
      return [
        ...lost.map((pair) => `write ${pair} was acknowledged but is lost`),
        ...incomplete.map(([pair]) => `write ${pair} is stored by half`),
      ];
    },
  };
}
