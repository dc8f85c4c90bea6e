import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Fixture, start } from './fixture.ts';

let fixture: Fixture;
const ReturnConsumedCapacity = 'INDEXES';

beforeAll(async () => {
  fixture = await start();
});
afterAll(() => fixture.close());
beforeEach(() => {
  fixture.dynamodb.createTable({
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'day', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byDay',
        KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['status'] },
      },
    ],
  });
});
afterEach(() => fixture.dynamodb.deleteTable('orders'));

const item = (id: string, more = {}) => ({ id: { S: id }, day: { S: 'mon' }, ...more });
const put = async (Item: Record<string, { S: string }>) => {
  const command = new PutItemCommand({ TableName: 'orders', Item, ReturnConsumedCapacity });
  return (await fixture.client.send(command)).ConsumedCapacity;
};
const update = async (name: string, value: string) => {
  const command = new UpdateItemCommand({
    TableName: 'orders',
    Key: { id: { S: 'a' } },
    UpdateExpression: 'SET #name = :value',
    ExpressionAttributeNames: { '#name': name },
    ExpressionAttributeValues: { ':value': { S: value } },
    ReturnConsumedCapacity,
  });
  return (await fixture.client.send(command)).ConsumedCapacity;
};

it('counts a write per kilobyte and per changed index entry', async () => {
  expect(await put(item('a'))).toEqual({
    TableName: 'orders',
    CapacityUnits: 2,
    Table: { CapacityUnits: 1 },
    GlobalSecondaryIndexes: { byDay: { CapacityUnits: 1 } },
  });
  expect(await put(item('a', { text: { S: 'x'.repeat(1100) } }))).toMatchObject({
    CapacityUnits: 2,
    Table: { CapacityUnits: 2 },
  });
});

it('counts an index write only for changed content, and two for a changed key', async () => {
  await put(item('a'));
  expect(await update('note', 'not in the index')).toMatchObject({ CapacityUnits: 1 });
  expect(await update('status', 'in the index')).toMatchObject({ CapacityUnits: 2 });
  expect(await update('day', 'tue')).toMatchObject({ CapacityUnits: 3 });
});

it('counts a transaction double, and reads per four kilobytes', async () => {
  const transact = new TransactWriteItemsCommand({
    TransactItems: [{ Put: { TableName: 'orders', Item: { id: { S: 'a' } } } }],
    ReturnConsumedCapacity: 'TOTAL',
  });
  expect((await fixture.client.send(transact)).ConsumedCapacity).toEqual([
    { TableName: 'orders', CapacityUnits: 2 },
  ]);
  await put(item('b', { text: { S: 'x'.repeat(5000) } }));
  const get = (ConsistentRead: boolean) =>
    fixture.client.send(
      new GetItemCommand({
        TableName: 'orders',
        Key: { id: { S: 'b' } },
        ConsistentRead,
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
  expect((await get(true)).ConsumedCapacity?.CapacityUnits).toBe(2);
  expect((await get(false)).ConsumedCapacity?.CapacityUnits).toBe(1);
  const batch = new BatchGetItemCommand({
    RequestItems: { orders: { Keys: [{ id: { S: 'a' } }, { id: { S: 'none' } }] } },
    ReturnConsumedCapacity: 'TOTAL',
  });
  expect((await fixture.client.send(batch)).ConsumedCapacity).toMatchObject([{ CapacityUnits: 1 }]);
});

it('counts a query of an index for the index, and reports capacity only on request', async () => {
  await put(item('a'));
  const query = new QueryCommand({
    TableName: 'orders',
    IndexName: 'byDay',
    KeyConditionExpression: '#day = :day',
    ExpressionAttributeNames: { '#day': 'day' },
    ExpressionAttributeValues: { ':day': { S: 'mon' } },
    ReturnConsumedCapacity,
  });
  expect((await fixture.client.send(query)).ConsumedCapacity).toMatchObject({
    CapacityUnits: 0.5,
    Table: { CapacityUnits: 0 },
    GlobalSecondaryIndexes: { byDay: { CapacityUnits: 0.5 } },
  });
  const silent = new PutItemCommand({ TableName: 'orders', Item: item('c') });
  expect((await fixture.client.send(silent)).ConsumedCapacity).toBeUndefined();
});
