import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { canonicalEvent, type Order } from '../../functions/contract/order.ts';
import { samples } from '../../functions/contract/samples.ts';
import type { Examined } from '../../src/orders/dead-letters/redrive.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
let sqs: SQSClient;
let tables: DynamoDBDocumentClient;
let outputs: Record<string, string>;

beforeAll(async () => {
  project = aProject();
  await project.orders('local', 'start', '--time-scale', '600');
  ({ outputs } = await project.ask('deploy'));
  const { url } = await project.ask('local', 'status');
  const config = {
    endpoint: url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  sqs = new SQSClient(config);
  tables = DynamoDBDocumentClient.from(new DynamoDBClient(config));
});
afterAll(async () => {
  sqs.destroy();
  await project.close();
});

const list = () => project.ask('dead-letters', 'list');
const bury = (MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: outputs['DeadLettersUrl'], MessageBody }));

it('starts an order that never was, anew one that failed for no reason of the business, and removes the rest', async () => {
  const order = samples['low'] as Order;
  // Lambda gave up before the execution began.
  await bury(canonicalEvent({ orderId: 'never-1', order }));
  await project.orders('submit', '--sample', 'payment-down', '--id', 'down-1', '--wait');
  await project.orders('submit', '--sample', 'low', '--id', 'stop-1');
  await project.orders('cancel', 'stop-1', '--force', '--wait');
  await bury('not an event');

  await vi.waitUntil(async () => (await list()).length === 4, 10_000);
  const letters = await list();
  const remedies = letters.map((each: Examined) => [each.orderId, each.status, each.remedy.kind]);
  expect(remedies).toEqual(
    expect.arrayContaining([
      ['never-1', undefined, 'start'],
      ['down-1', 'failed', 'start-anew'],
      ['stop-1', 'cancelled', 'remove'],
      [undefined, undefined, 'leave'],
    ]),
  );
  expect(JSON.stringify(letters)).not.toContain('@');

  const refused = await project.orders('dead-letters', 'redrive');
  expect(refused).toMatchObject({ code: 4 });
  expect(refused.stderr).toContain('down-1: places it anew as down-1-r2');

  const { code, stdout } = await project.orders('dead-letters', 'redrive', '--yes');
  expect(stdout).toContain('never-1 is started');
  expect(stdout).toContain('down-1 is placed anew as down-1-r2');
  expect(stdout).toContain('stop-1 needs nothing (the order is cancelled); its letter is removed');
  expect(stdout).toContain('keeps its letter: it is no order that can be read');
  expect(code).toBe(13);
  expect((await project.orders('watch', 'never-1')).code).toBe(0);
  expect((await project.orders('get', 'down-1-r2')).code).toBe(0);
});

it('recovers an order again whose recovery was lost', async () => {
  await project.orders('submit', '--sample', 'low', '--id', 'lost-1');
  await project.orders('cancel', 'lost-1', '--force', '--wait');
  // As if nobody had recovered it.
  const { Attributes = {} } = await tables.send(
    new UpdateCommand({
      TableName: outputs['OrdersTableName'],
      Key: { orderId: 'lost-1' },
      UpdateExpression: 'SET #status = :open REMOVE undos',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':open': 'awaiting-warehouse' },
      ReturnValues: 'ALL_NEW',
    }),
  );
  const detail = {
    durableExecutionName: 'lost-1',
    durableExecutionArn: Attributes['executionArn'],
    status: 'STOPPED',
  };
  await bury(JSON.stringify({ 'detail-type': 'Durable Execution Status Change', detail }));
  // Of the stop itself there is a letter as well.
  const { stdout } = await project.orders('dead-letters', 'redrive', 'lost-1');
  expect(stdout).toContain('lost-1 is being recovered');
  expect((await project.orders('watch', 'lost-1')).code).toBe(12);
});

it('says that an order has no letter', async () => {
  const { code, stderr } = await project.orders('dead-letters', 'redrive', 'order-none');
  expect(code).toBe(5);
  expect(stderr).toContain('There is no dead letter of order-none');
});
