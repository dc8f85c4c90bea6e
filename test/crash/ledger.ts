import { setTimeout as delay } from 'node:timers/promises';
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';

const TableName = 'CrashLedger';
const writers = 4;

/**
 * Writes pairs of items, one transaction a pair, for as long as it is kept open, and remembers which were acknowledged: the
 * one witness of a crash that crashes do not touch.
 */
export async function openLedger(client: DynamoDBClient) {
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
        // It was killed: the pair is there or it is not.
        await delay(5);
      }
    }
  }
  const writing = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));

  async function stored(): Promise<Map<string, number>> {
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
      await writing;
    },
    /** How many pairs were acknowledged. */
    size: () => acknowledged.size,
    async problems(): Promise<string[]> {
      const halves = await stored();
      const lost = [...acknowledged].filter((pair) => !halves.has(pair));
      const torn = [...halves].filter(([, count]) => count !== 2);
      return [
        ...lost.map((pair) => `write ${pair} was acknowledged and is lost`),
        ...torn.map(([pair]) => `write ${pair} is there by half`),
      ];
    },
  };
}
