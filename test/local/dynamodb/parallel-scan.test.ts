import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, start } from './fixture.ts';

const items = 60;
let fixture: Fixture;

beforeAll(async () => {
  fixture = await start();
  fixture.dynamodb.createTable({
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'line', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'line', AttributeType: 'N' },
    ],
  });
  for (let n = 0; n < items; n += 1) {
    const Item = { id: { S: `order-${n % 20}` }, line: { N: `${n}` } };
    await fixture.client.send(new PutItemCommand({ TableName: 'orders', Item }));
  }
});
afterAll(() => fixture.close());

/** Returns the items of a segment, read in pages of seven. */
async function scan(Segment: number, TotalSegments: number): Promise<string[]> {
  const found: string[] = [];
  let ExclusiveStartKey: ScanCommand['input']['ExclusiveStartKey'];
  do {
    const page = await fixture.client.send(
      new ScanCommand({ TableName: 'orders', Segment, TotalSegments, Limit: 7, ExclusiveStartKey }),
    );
    found.push(...(page.Items ?? []).map((item) => `${item['id']?.S}/${item['line']?.N}`));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return found;
}

it('returns every item in exactly one segment, and all items of a partition key in the same one', async () => {
  const segments = await Promise.all([0, 1, 2, 3].map((segment) => scan(segment, 4)));
  const all = segments.flat();
  expect(all).toHaveLength(items);
  expect(new Set(all).size).toBe(items);
  const orders = segments.map((found) => new Set(found.map((line) => line.split('/')[0])));
  expect(orders.reduce((sum, { size }) => sum + size, 0)).toBe(20);
  expect(orders.filter(({ size }) => size > 0).length).toBeGreaterThan(1);
});

it.each([
  [{ Segment: 4, TotalSegments: 4 }, /Segment: 4 is not less than TotalSegments: 4/],
  [{ Segment: 0 }, /TotalSegments parameter is required/],
  [{ TotalSegments: 2 }, /Segment parameter is required/],
  [{ Segment: 0, TotalSegments: 0 }, /'totalSegments' failed to satisfy constraint/],
])('rejects %o', async (segment, message) => {
  const command = new ScanCommand({ TableName: 'orders', ...segment });
  await expect(fixture.client.send(command)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(message),
  });
});
