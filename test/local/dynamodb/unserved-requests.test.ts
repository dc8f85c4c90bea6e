import {
  BatchGetItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, start } from './fixture.ts';

let fixture: Fixture;
const TableName = 'orders';
const Key = { id: { S: 'a' } };

beforeAll(async () => {
  fixture = await start();
  const create = {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'state', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-state',
        KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['amount'] },
      },
    ],
  } as const;
  await fixture.client.send(new CreateTableCommand(structuredClone(create) as never));
  const Item = { ...Key, state: { S: 'open' }, amount: { N: '1' }, note: { S: 'n' } };
  await fixture.client.send(new PutItemCommand({ TableName, Item }));
});
afterAll(() => fixture.close());

const rejects = (command: object, text: string) =>
  expect(fixture.client.send(command as never)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(text),
  });

describe('DynamoDB rejects a member that is not implemented by its name', () => {
  it.each([
    ['Expected', new PutItemCommand({ TableName, Item: Key, Expected: {} })],
    ['AttributesToGet', new GetItemCommand({ TableName, Key, AttributesToGet: ['id'] })],
    [
      `RequestItems.${TableName}.AttributesToGet`,
      new BatchGetItemCommand({
        RequestItems: { [TableName]: { Keys: [Key], AttributesToGet: [] } },
      }),
    ],
    [
      'ReturnItemCollectionMetrics SIZE',
      new DeleteItemCommand({ TableName, Key, ReturnItemCollectionMetrics: 'SIZE' }),
    ],
    [
      'StreamSpecification.StreamEnabled true',
      new CreateTableCommand({
        TableName: 'streams',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        StreamSpecification: { StreamEnabled: true },
      }),
    ],
  ])('%s', (name, command) => rejects(command, name));

  /** The enumerations of the API reference. */
  it.each([
    ['select', new ScanCommand({ TableName, Select: 'SOME' as never })],
    ['returnValues', new PutItemCommand({ TableName, Item: Key, ReturnValues: 'NEW' as never })],
    [
      'returnConsumedCapacity',
      new GetItemCommand({ TableName, Key, ReturnConsumedCapacity: 'ALL' as never }),
    ],
  ])('an unknown value of %s', (member, command) =>
    rejects(
      command,
      `at '${member}' failed to satisfy constraint: Member must satisfy enum value set`,
    ),
  );

  it('a table that is protected against deletion (API_DeleteTable)', async () => {
    const create = new CreateTableCommand({
      TableName: 'protected',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      DeletionProtectionEnabled: true,
    });
    await fixture.client.send(create);
    await rejects(new DeleteTableCommand({ TableName: 'protected' }), 'protected against deletion');
  });

  it('a page of no tables (API_ListTables)', () =>
    rejects(new ListTablesCommand({ Limit: 0 }), 'limit'));
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html */
describe('DynamoDB rejects empty placeholders', () => {
  it.each([
    [
      'DeleteItem',
      new DeleteItemCommand({
        TableName,
        Key,
        ConditionExpression: 'attribute_exists(id)',
        ExpressionAttributeValues: {},
      }),
    ],
    [
      'UpdateItem in a transaction',
      new TransactWriteItemsCommand({
        TransactItems: [
          {
            Update: {
              TableName,
              Key,
              UpdateExpression: 'REMOVE z',
              ExpressionAttributeValues: {},
            },
          },
        ],
      }),
    ],
    [
      'ConditionCheck',
      new TransactWriteItemsCommand({
        TransactItems: [
          {
            ConditionCheck: {
              TableName,
              Key,
              ConditionExpression: 'attribute_exists(id)',
              ExpressionAttributeNames: {},
            },
          },
        ],
      }),
    ],
  ])('%s', (_, command) => rejects(command, 'must not be empty'));

  it('without an expression', () =>
    rejects(
      new UpdateItemCommand({ TableName, Key, ExpressionAttributeNames: {} }),
      'ExpressionAttributeNames can only be specified when using expressions',
    ));
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.Projections and API_Query, Select */
describe('a global index', () => {
  const query = (more: Partial<QueryCommandInput>) =>
    new QueryCommand({
      TableName,
      IndexName: 'by-state',
      KeyConditionExpression: '#s = :s',
      ...more,
      ExpressionAttributeNames: { '#s': 'state', ...more.ExpressionAttributeNames },
      ExpressionAttributeValues: { ':s': { S: 'open' }, ...more.ExpressionAttributeValues },
    });

  it.each([
    ['a placeholder', { ProjectionExpression: '#n', ExpressionAttributeNames: { '#n': 'note' } }],
    ['a nested path', { ProjectionExpression: 'amount, note.a[0]' }],
    [
      'a filter',
      { FilterExpression: 'note = :n', ExpressionAttributeValues: { ':n': { S: 'n' } } },
    ],
  ] satisfies [string, Partial<QueryCommandInput>][])(
    'rejects attributes that it does not project: %s',
    (_, more) => rejects(query(more), 'econdary index by-state does not project'),
  );

  it('accepts its own attributes', async () => {
    const own = { ProjectionExpression: 'id, amount', FilterExpression: 'amount > :n' };
    const more = { ...own, ExpressionAttributeValues: { ':n': { N: '0' } } };
    const { Items } = await fixture.client.send(query(more));
    expect(Items).toEqual([{ ...Key, amount: { N: '1' } }]);
  });

  it.each([
    [
      'ALL_ATTRIBUTES of an index that does not hold all',
      () => query({ Select: 'ALL_ATTRIBUTES' }),
    ],
    ['COUNT with a projection', () => query({ Select: 'COUNT', ProjectionExpression: 'id' })],
    [
      'ALL_PROJECTED_ATTRIBUTES with a projection',
      () => query({ Select: 'ALL_PROJECTED_ATTRIBUTES', ProjectionExpression: 'id' }),
    ],
  ])('rejects the selection %s', (_, command) => rejects(command(), ''));
});
