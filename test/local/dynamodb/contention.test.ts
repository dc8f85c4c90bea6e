import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OngoingWrites } from '../../../src/local/dynamodb/contention/ongoing-writes.ts';
import { PartitionLimits } from '../../../src/local/dynamodb/contention/partition-limits.ts';
import { type Fixture, start } from './fixture.ts';

/** Ends the ongoing transactions. A transaction that begins while `holds` is false ends at once. */
let end = () => {};
let holds = false;
const wait = () =>
  holds
    ? new Promise<void>((resolve) => {
        end = resolve;
      })
    : Promise.resolve();

let now = 0;
let fixture: Fixture;
let client: DynamoDBClient;
beforeAll(async () => {
  const partitions = new PartitionLimits(() => now);
  fixture = await start({ ongoing: new OngoingWrites(10, wait), partitions });
  client = fixture.client;
  for (const BillingMode of ['PAY_PER_REQUEST', 'PROVISIONED']) {
    fixture.dynamodb.createTable({
      TableName: BillingMode === 'PROVISIONED' ? 'provisioned' : 'stock',
      BillingMode,
      ...(BillingMode === 'PROVISIONED' && {
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      }),
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'day', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byDay',
          KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
          ...(BillingMode === 'PROVISIONED' && {
            ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
          }),
        },
      ],
    });
  }
});
afterAll(() => fixture.close());

const key = (id: string) => ({ id: { S: id } });
const putAction = (id: string, more = {}): TransactWriteItem => ({
  Put: { TableName: 'stock', Item: { ...key(id), ...more } },
});
const transact = (items: readonly TransactWriteItem[], token?: string) =>
  client.send(
    new TransactWriteItemsCommand({
      TransactItems: [...items],
      ...(token && { ClientRequestToken: token }),
    }),
  );
const put = (id: string, more = {}, TableName = 'stock') =>
  client.send(new PutItemCommand({ TableName, Item: { ...key(id), ...more } }));
const get = (id: string) =>
  client.send(new GetItemCommand({ TableName: 'stock', Key: key(id), ConsistentRead: true }));

/** Starts a transaction and waits until its write is visible. It lasts until `end` is called. */
async function startTransaction(...items: readonly TransactWriteItem[]) {
  holds = true;
  const [first] = items;
  const running = transact(items, `token-${items[0]?.Put?.Item?.['id']?.S}`);
  while ((await get(first?.Put?.Item?.['id']?.S ?? '')).Item?.['by'] === undefined);
  holds = false;
  return { running };
}

/** Runs a request during a transaction that writes the item `id`. Returns its error; undefined if it succeeds. */
async function during(id: string, request: () => Promise<unknown>) {
  const { running } = await startTransaction(putAction(id, { by: { S: 'transaction' } }));
  const error = await request().then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  end();
  await running;
  return error;
}

describe('an item that a transaction is writing', () => {
  it.each([
    ['PutItem', (id: string) => put(id)],
    [
      'UpdateItem',
      (id: string) =>
        client.send(
          new UpdateItemCommand({
            TableName: 'stock',
            Key: key(id),
            UpdateExpression: 'ADD n :one',
            ExpressionAttributeValues: { ':one': { N: '1' } },
          }),
        ),
    ],
    [
      'DeleteItem',
      (id: string) => client.send(new DeleteItemCommand({ TableName: 'stock', Key: key(id) })),
    ],
  ])('is not changed by %s', async (name, write) => {
    expect(await during(`single-${name}`, () => write(`single-${name}`))).toMatchObject({
      name: 'TransactionConflictException',
      message: 'Transaction is ongoing for the item',
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
    expect((await get(`single-${name}`)).Item).toEqual({
      ...key(`single-${name}`),
      by: { S: 'transaction' },
    });
  });

  it('cancels another transaction, which names the item and writes nothing', async () => {
    const error = await during('a', () => transact([putAction('free'), putAction('a')]));
    expect(error).toMatchObject({
      name: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, TransactionConflict]',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' },
      ],
    });
    expect((await get('free')).Item).toBeUndefined();
  });

  it('cancels a transaction that only checks it', async () => {
    const check: TransactWriteItem = {
      ConditionCheck: {
        TableName: 'stock',
        Key: key('checked'),
        ConditionExpression: 'attribute_exists(id)',
      },
    };
    expect(await during('checked', () => transact([check, putAction('b')]))).toMatchObject({
      CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
    });
  });

  it('cancels a transaction that reads it', async () => {
    const read = new TransactGetItemsCommand({
      TransactItems: ['other', 'read'].map((id) => ({
        Get: { TableName: 'stock', Key: key(id) },
      })),
    });
    expect(await during('read', () => client.send(read))).toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
    });
  });

  it('stays unprocessed in a batch whose other items are written', async () => {
    const requests = ['batched', 'batch-free'].map((id) => ({ PutRequest: { Item: key(id) } }));
    let unprocessed: unknown;
    await during('batched', async () => {
      const command = new BatchWriteItemCommand({ RequestItems: { stock: requests } });
      unprocessed = (await client.send(command)).UnprocessedItems;
    });
    expect(unprocessed).toEqual({ stock: [requests[0]] });
    expect((await get('batch-free')).Item).toEqual(key('batch-free'));
  });

  it('can be read by requests that are no transactions', async () => {
    const reads = () =>
      Promise.all([
        get('seen'),
        client.send(
          new QueryCommand({
            TableName: 'stock',
            KeyConditionExpression: 'id = :id',
            ExpressionAttributeValues: { ':id': { S: 'seen' } },
          }),
        ),
        client.send(new ScanCommand({ TableName: 'stock' })),
        client.send(new BatchGetItemCommand({ RequestItems: { stock: { Keys: [key('seen')] } } })),
      ]);
    expect(await during('seen', reads)).toBeUndefined();
  });

  it('is free again when the transaction has succeeded', async () => {
    await transact([putAction('later')]);
    await transact([putAction('later')]);
    await put('later');
  });

  it('stays reserved while a transaction fails because of a condition', async () => {
    holds = true;
    const failing = transact([
      putAction('condition'),
      {
        ConditionCheck: {
          TableName: 'stock',
          Key: key('missing'),
          ConditionExpression: 'attribute_exists(id)',
        },
      },
    ]);
    const result = failing.catch((error: Error) => error);
    let conflict: Error | undefined;
    while (!conflict) {
      await put('condition').catch((error: Error) => {
        conflict = error;
      });
    }
    holds = false;
    end();
    expect(conflict.name).toBe('TransactionConflictException');
    expect(await result).toMatchObject({
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
    });
  });

  it('rejects the same transaction sent again before the first has ended, and accepts it afterwards', async () => {
    const action = putAction('token', { by: { S: 'x' } });
    const { running } = await startTransaction(action);
    await expect(transact([action], 'token-token')).rejects.toMatchObject({
      name: 'TransactionInProgressException',
    });
    end();
    await running;
    await transact([action], 'token-token');
  });
});

describe('a partition', () => {
  const kilobytes = (count: number) => ({ text: { S: 'x'.repeat(count * 1024 - 20) } });

  it('accepts 1,000 write units per second of one key, and throttles with the reason', async () => {
    now += 10_000;
    for (let write = 0; write < 3; write += 1) await put('hot', kilobytes(300));
    await expect(put('hot', kilobytes(300))).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: expect.stringContaining('check if you have a hot key'),
      throttlingReasons: [
        {
          reason: 'TableWriteKeyRangeThroughputExceeded',
          resource: 'arn:aws:dynamodb:us-east-2:000000000000:table/stock',
        },
      ],
    });
    await put('cold', kilobytes(300));
    now += 200;
    await put('hot', kilobytes(300));
  });

  it('keeps the item as it was when a write is throttled', async () => {
    now += 10_000;
    for (let write = 0; write < 3; write += 1) await put('kept', kilobytes(300));
    await expect(put('kept', { ...kilobytes(300), late: { S: 'x' } })).rejects.toThrow(
      'Throughput exceeds the current capacity',
    );
    expect((await get('kept')).Item).not.toHaveProperty('late');
  });

  it('of an index throttles the writes of its table', async () => {
    now += 10_000;
    const write = (id: string) => put(id, { day: { S: 'mon' }, ...kilobytes(300) });
    for (const id of ['i1', 'i2', 'i3']) await write(id);
    await expect(write('i4')).rejects.toMatchObject({
      name: 'ThrottlingException',
      throttlingReasons: [
        {
          reason: 'IndexWriteKeyRangeThroughputExceeded',
          resource: 'arn:aws:dynamodb:us-east-2:000000000000:table/stock/index/byDay',
        },
      ],
    });
    expect((await get('i4')).Item).toBeUndefined();
    await put('i4', { day: { S: 'tue' }, ...kilobytes(300) });
  });

  it('of a provisioned table throttles with its own error', async () => {
    now += 10_000;
    for (let write = 0; write < 3; write += 1) await put('p', kilobytes(300), 'provisioned');
    await expect(put('p', kilobytes(300), 'provisioned')).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      ThrottlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded' }],
    });
  });

  it('accepts 3,000 read units per second of one key', async () => {
    now += 10_000;
    await put('read-hot', kilobytes(390));
    const reads = await Promise.allSettled(Array.from({ length: 40 }, () => get('read-hot')));
    expect(reads.filter(({ status }) => status === 'fulfilled')).toHaveLength(30);
    expect(reads.at(-1)).toMatchObject({
      reason: {
        name: 'ThrottlingException',
        throttlingReasons: [{ reason: 'TableReadKeyRangeThroughputExceeded' }],
      },
    });
    const batch = new BatchGetItemCommand({
      RequestItems: { stock: { Keys: [key('read-hot'), key('cold')], ConsistentRead: true } },
    });
    const { Responses, UnprocessedKeys } = await client.send(batch);
    expect(Responses?.['stock']).toHaveLength(1);
    expect(UnprocessedKeys).toEqual({
      stock: { Keys: [key('read-hot')], ConsistentRead: true },
    });
  });

  it('cancels a transaction, whose writes cost twice as much, and leaves batch items unprocessed', async () => {
    now += 10_000;
    await put('double', kilobytes(300));
    await transact([putAction('double', kilobytes(300))]);
    await expect(
      transact([putAction('cold'), putAction('double', kilobytes(300))]),
    ).rejects.toMatchObject({
      CancellationReasons: [{ Code: 'None' }, { Code: 'ThrottlingError' }],
    });
    const throttled = { PutRequest: { Item: { ...key('double'), ...kilobytes(300) } } };
    const batch = (...requests: (typeof throttled)[]) =>
      client.send(new BatchWriteItemCommand({ RequestItems: { stock: requests } }));
    const { UnprocessedItems } = await batch(throttled, {
      PutRequest: { Item: { ...key('cold'), ...kilobytes(1) } },
    });
    expect(UnprocessedItems).toEqual({ stock: [throttled] });
    await expect(batch(throttled)).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
