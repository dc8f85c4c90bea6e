import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, start } from './fixture.ts';

let fixture: Fixture;
const TableName = 'orders';

beforeAll(async () => {
  fixture = await start();
  fixture.dynamodb.createTable({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'state', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-state',
        KeySchema: [
          { AttributeName: 'state', KeyType: 'HASH' },
          { AttributeName: 'at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['total'] },
      },
      {
        IndexName: 'keys',
        KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
});
afterAll(() => fixture.close());

const put = (Item: Record<string, AttributeValue>) =>
  fixture.client.send(new PutItemCommand({ TableName, Item }));
const get = async (pk: string, sk = '1') =>
  (
    await fixture.client.send(
      new GetItemCommand({ TableName, Key: { pk: { S: pk }, sk: { N: sk } } }),
    )
  ).Item;
const query = (input: Partial<QueryCommandInput>) =>
  fixture.client.send(new QueryCommand({ TableName, ...input }));
const key = (pk: string, sk = '1') => ({ pk: { S: pk }, sk: { N: sk } });

describe('items', () => {
  it('are returned unchanged, with numbers in canonical form', async () => {
    await put({ ...key('a'), n: { N: '001.500' }, l: { L: [{ N: '1e3' }, { BOOL: true }] } });
    expect(await get('a')).toEqual({
      ...key('a'),
      n: { N: '1.5' },
      l: { L: [{ N: '1000' }, { BOOL: true }] },
    });
  });

  it('are distinguished by keys of 38 digits', async () => {
    const long = '12345678901234567890123456789012345678';
    await put({ ...key('long', long) });
    await put({ ...key('long', `${long.slice(0, -1)}9`) });
    const { Items = [] } = await query({
      KeyConditionExpression: 'pk = :p and sk > :s',
      ExpressionAttributeValues: { ':p': { S: 'long' }, ':s': { N: long } },
    });
    expect(Items).toEqual([key('long', `${long.slice(0, -1)}9`)]);
  });

  it('are rejected above 400 KB', async () => {
    await expect(put({ ...key('big'), s: { S: 'x'.repeat(410_000) } })).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Item size has exceeded the maximum allowed size',
    });
  });

  it('are not overwritten when the condition fails, which returns the old item on request', async () => {
    await put({ ...key('cond'), v: { N: '1' } });
    const attempt = fixture.client.send(
      new PutItemCommand({
        TableName,
        Item: key('cond'),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    const error = await attempt.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toMatchObject({ Item: { ...key('cond'), v: { N: '1' } } });
  });

  it('are updated in place, which returns the updated attributes', async () => {
    await put({ ...key('upd'), n: { N: '1' }, m: { M: { l: { L: [{ N: '1' }, { N: '2' }] } } } });
    const { Attributes } = await fixture.client.send(
      new UpdateItemCommand({
        TableName,
        Key: key('upd'),
        UpdateExpression:
          'SET n = n + :one, c = if_not_exists(c, :one), m.l = list_append(m.l, :l) ADD tags :t REMOVE gone',
        ExpressionAttributeValues: {
          ':one': { N: '1' },
          ':l': { L: [{ N: '3' }] },
          ':t': { SS: ['x'] },
        },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    expect(Attributes).toEqual({
      n: { N: '2' },
      c: { N: '1' },
      m: { M: { l: { L: [{ N: '1' }, { N: '2' }, { N: '3' }] } } },
      tags: { SS: ['x'] },
    });
  });

  it('are created by an update of a missing key, and returned by a deletion', async () => {
    await fixture.client.send(new UpdateItemCommand({ TableName, Key: key('made') }));
    expect(await get('made')).toEqual(key('made'));
    const { Attributes } = await fixture.client.send(
      new DeleteItemCommand({ TableName, Key: key('made'), ReturnValues: 'ALL_OLD' }),
    );
    expect(Attributes).toEqual(key('made'));
    expect(await get('made')).toBeUndefined();
  });
});

describe('expressions', () => {
  const update = (UpdateExpression: string, more: object = {}) =>
    fixture.client.send(
      new UpdateItemCommand({ TableName, Key: key('expr'), UpdateExpression, ...more }),
    );

  it.each([
    [
      'SET state = :s',
      'Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: state',
    ],
    ['SET a = ', 'Invalid UpdateExpression: Syntax error; token: "<EOF>", near: "="'],
    [
      'SET #a = :v',
      'Invalid UpdateExpression: An expression attribute name used in the document path is not defined; attribute name: #a',
    ],
    [
      'SET a = :v',
      'Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :v',
    ],
    [
      'SET a.b = a REMOVE a',
      'Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]',
    ],
    [
      'SET pk = sk',
      'One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key',
    ],
  ])('%s is rejected with the error of AWS', async (expression, message) => {
    await expect(update(expression)).rejects.toMatchObject({
      name: 'ValidationException',
      message,
    });
  });

  it('ignore inherited properties of JavaScript objects', async () => {
    const attempt = fixture.client.send(
      new PutItemCommand({
        TableName,
        Item: key('proto'),
        ConditionExpression: 'attribute_exists(toString)',
      }),
    );
    await expect(attempt).rejects.toBeInstanceOf(ConditionalCheckFailedException);
  });

  it('must use every placeholder', async () => {
    await expect(
      update('REMOVE a', { ExpressionAttributeValues: { ':v': { N: '1' } } }),
    ).rejects.toMatchObject({
      message: 'Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}',
    });
  });
});

describe('indexes', () => {
  it('contain only items with their keys, projected and in order, in pages', async () => {
    for (const at of ['3', '1', '2']) {
      await put({
        ...key(`i${at}`),
        state: { S: 'open' },
        at: { S: at },
        total: { N: at },
        x: { S: 'y' },
      });
    }
    await put({ ...key('i4'), state: { S: 'open' } });
    const queryOpen = (more: Partial<QueryCommandInput>) =>
      query({
        IndexName: 'by-state',
        KeyConditionExpression: '#s = :s',
        ExpressionAttributeNames: { '#s': 'state' },
        ExpressionAttributeValues: { ':s': { S: 'open' } },
        ScanIndexForward: false,
        ...more,
      });
    const first = await queryOpen({ Limit: 2 });
    expect(first.Items?.map((item) => item['at']?.S)).toEqual(['3', '2']);
    expect(Object.keys(first.Items?.[0] ?? {}).sort()).toEqual([
      'at',
      'pk',
      'sk',
      'state',
      'total',
    ]);
    const second = await queryOpen({ ExclusiveStartKey: first.LastEvaluatedKey });
    expect(second.Items?.map((item) => item['at']?.S)).toEqual(['1']);
    expect(second.LastEvaluatedKey).toBeUndefined();
    expect((await queryOpen({ Select: 'COUNT' })).Count).toBe(3);
    expect((await queryOpen({ IndexName: 'keys' })).Items).toContainEqual({
      ...key('i4'),
      state: { S: 'open' },
    });
  });

  it('reflect updates and deletions of items', async () => {
    await put({ ...key('move'), state: { S: 'new' } });
    const inState = async (state: string) =>
      (
        await query({
          IndexName: 'keys',
          KeyConditionExpression: '#s = :s',
          ExpressionAttributeNames: { '#s': 'state' },
          ExpressionAttributeValues: { ':s': { S: state } },
        })
      ).Count;
    expect(await inState('new')).toBe(1);
    await fixture.client.send(
      new UpdateItemCommand({
        TableName,
        Key: key('move'),
        UpdateExpression: 'SET #s = :s',
        ExpressionAttributeNames: { '#s': 'state' },
        ExpressionAttributeValues: { ':s': { S: 'old' } },
      }),
    );
    expect([await inState('new'), await inState('old')]).toEqual([0, 1]);
    await fixture.client.send(new DeleteItemCommand({ TableName, Key: key('move') }));
    expect(await inState('old')).toBe(0);
  });
});

describe('queries', () => {
  it('sort numbers by value for all signs and magnitudes', async () => {
    const sorted = ['-1e20', '-12', '-1.5', '-1', '-0.01', '0', '1e-20', '0.5', '2', '10', '1e30'];
    for (const sk of sorted.toReversed()) await put(key('sort', sk));
    const { Items = [] } = await query({
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'sort' } },
    });
    expect(Items.map((item) => Number(item['sk']?.N))).toEqual(sorted.map(Number));
    const between = await query({
      KeyConditionExpression: 'pk = :p AND sk BETWEEN :a AND :b',
      ExpressionAttributeValues: { ':p': { S: 'sort' }, ':a': { N: '-1' }, ':b': { N: '0.5' } },
      Select: 'COUNT',
    });
    expect(between.Count).toBe(5);
  });

  it('require the partition key and reject filters on keys', async () => {
    const values = { ':v': { N: '1' } };
    await expect(
      query({ KeyConditionExpression: 'sk = :v', ExpressionAttributeValues: values }),
    ).rejects.toMatchObject({ message: 'Query condition missed key schema element: pk' });
    await expect(
      query({
        KeyConditionExpression: 'pk = :p',
        FilterExpression: 'sk = :v',
        ExpressionAttributeValues: { ...values, ':p': { S: 'x' } },
      }),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('scan all items across pages', async () => {
    const seen: string[] = [];
    let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
    do {
      const page = await fixture.client.send(
        new ScanCommand({ TableName, Limit: 3, ExclusiveStartKey }),
      );
      seen.push(...(page.Items ?? []).map((item) => `${item['pk']?.S}/${item['sk']?.N}`));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    const { ItemCount } =
      (await fixture.client.send(new DescribeTableCommand({ TableName }))).Table ?? {};
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(ItemCount);
  });
});

describe('batches and transactions', () => {
  it('batches write, delete and read many items', async () => {
    await put(key('b0'));
    await fixture.client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [{ PutRequest: { Item: key('b1') } }, { DeleteRequest: { Key: key('b0') } }],
        },
      }),
    );
    const { Responses } = await fixture.client.send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key('b0'), key('b1')] } } }),
    );
    expect(Responses?.[TableName]).toEqual([key('b1')]);
  });

  it('transactions write all items or none, with a reason for each item', async () => {
    await put({ ...key('t1'), n: { N: '1' } });
    const attempt = fixture.client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item: key('t0') } },
          {
            ConditionCheck: {
              TableName,
              Key: key('t1'),
              ConditionExpression: 'n = :n',
              ExpressionAttributeValues: { ':n': { N: '2' } },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
        ],
      }),
    );
    const error = await attempt.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransactionCanceledException);
    expect(error).toMatchObject({
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Item: { ...key('t1'), n: { N: '1' } } },
      ],
    });
    expect(await get('t0')).toBeUndefined();
  });

  it('transactions are written once per client request token', async () => {
    const add = (n: string) =>
      fixture.client.send(
        new TransactWriteItemsCommand({
          ClientRequestToken: 'once',
          TransactItems: [
            {
              Update: {
                TableName,
                Key: key('once'),
                UpdateExpression: 'ADD n :n',
                ExpressionAttributeValues: { ':n': { N: n } },
              },
            },
          ],
        }),
      );
    await add('1');
    await add('1');
    expect(await get('once')).toEqual({ ...key('once'), n: { N: '1' } });
    await expect(add('2')).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
  });

  it('transactions whose conditions hold write all items and read them together', async () => {
    await fixture.client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item: key('t2') } },
          {
            Update: {
              TableName,
              Key: key('t3'),
              UpdateExpression: 'ADD n :n',
              ExpressionAttributeValues: { ':n': { N: '5' } },
            },
          },
        ],
      }),
    );
    const { Responses } = await fixture.client.send(
      new TransactGetItemsCommand({
        TransactItems: [
          { Get: { TableName, Key: key('t3') } },
          { Get: { TableName, Key: key('none') } },
        ],
      }),
    );
    expect(Responses).toEqual([{ Item: { ...key('t3'), n: { N: '5' } } }, {}]);
  });
});

describe('tables', () => {
  it('are created, described, listed and deleted with their items', async () => {
    const definition = {
      TableName: 'other',
      BillingMode: 'PAY_PER_REQUEST' as const,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' as const }],
    };
    const { client } = fixture;
    const { TableDescription } = await client.send(new CreateTableCommand(definition));
    expect(TableDescription).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: fixture.dynamodb.arn('other'),
    });
    await expect(client.send(new CreateTableCommand(definition))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    await client.send(new PutItemCommand({ TableName: 'other', Item: { id: { S: 'x' } } }));
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(['orders', 'other']);
    await client.send(new DeleteTableCommand({ TableName: 'other' }));
    await expect(
      client.send(new GetItemCommand({ TableName: 'other', Key: { id: { S: 'x' } } })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await client.send(new CreateTableCommand(definition));
    expect((await client.send(new ScanCommand({ TableName: 'other' }))).Count).toBe(0);
    await client.send(new DeleteTableCommand({ TableName: 'other' }));
  });

  it('store their time-to-live setting', async () => {
    const { client } = fixture;
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      }),
    );
    const { TimeToLiveDescription } = await client.send(
      new DescribeTimeToLiveCommand({ TableName }),
    );
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' });
  });

  it('lose only the items whose time to live has expired', async () => {
    const { client, dynamodb } = fixture;
    const table = 'expiring';
    await client.send(
      new CreateTableCommand({
        TableName: table,
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: table,
        TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
      }),
    );
    const now = Date.parse('2026-11-25T08:00:00Z');
    const seconds = now / 1000;
    const items: Record<string, AttributeValue | undefined> = {
      expired: { N: String(seconds - 1) },
      'not yet': { N: String(seconds + 1) },
      'a text': { S: String(seconds - 1) },
      'too long ago': { N: '1' },
      without: undefined,
    };
    for (const [id, until] of Object.entries(items)) {
      const Item = { id: { S: id }, ...(until ? { until } : {}) };
      await client.send(new PutItemCommand({ TableName: table, Item }));
    }
    dynamodb.removeExpired(now);
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
    const remaining = new Set(Items.map(({ id }) => id?.S));
    expect(remaining).toEqual(new Set(['a text', 'not yet', 'too long ago', 'without']));
  });

  it('reject unsigned requests', async () => {
    const response = await fetch(fixture.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('MissingAuthenticationTokenException');
  });
});
