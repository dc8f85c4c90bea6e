import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { canonicalEvent, type Order } from '../../functions/contract/order.ts';
import { samples } from '../../functions/contract/samples.ts';
import type { ExaminedDeadLetter } from '../../src/orders/dead-letters/redrive.ts';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import type { Project } from '../support/project.ts';

let project: Project;
let sqs: SQSClient;
let tables: DynamoDBDocumentClient;
let outputs: Readonly<Record<string, string>>;

beforeAll(async () => {
  const deployed = await createDeployedProject('--time-scale', '600');
  project = deployed;
  ({ outputs } = deployed);
  const { url } = await project.runJson('local', 'status');
  const config = {
    endpoint: url,
    region: 'us-east-2',
    credentials: projectCredentials(project.root),
  };
  sqs = new SQSClient(config);
  tables = DynamoDBDocumentClient.from(new DynamoDBClient(config));
});
afterAll(async () => {
  sqs.destroy();
  await project.close();
});

const list = () => project.runJson('dead-letters', 'list');
const sendDeadLetter = (MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: outputs['DeadLettersUrl'], MessageBody }));

it('starts an order that never started, resubmits a technically failed one, and removes obsolete messages', async () => {
  const order = samples['low'] as Order;
  // Stacks of older versions also have messages of the workflow's executions.
  await sendDeadLetter(canonicalEvent({ orderId: 'never-1', order }));
  await project.orders('submit', '--sample', 'payment-down', '--id', 'down-1', '--wait');
  await sendDeadLetter(
    canonicalEvent({ orderId: 'down-1', order: samples['payment-down'] as Order }),
  );
  await project.orders('submit', '--sample', 'fraud-review', '--id', 'stop-1');
  await project.orders('watch', 'stop-1', '--until', 'awaiting-review');
  const stopped = await project.orders('cancel', 'stop-1', '--force', '--wait');
  expect(stopped.code, stopped.stderr + stopped.stdout).toBe(0);
  await sendDeadLetter(
    canonicalEvent({ orderId: 'stop-1', order: samples['fraud-review'] as Order }),
  );
  await sendDeadLetter('not an event');

  await vi.waitUntil(async () => (await list()).length === 4, 10_000);
  const messages = await list();
  // In a pipe, times are absolute.
  expect((await project.orders('dead-letters', 'list')).stdout).toContain(messages[0].sentAt);
  const actions = messages.map((message: ExaminedDeadLetter) => [
    message.orderId,
    message.status,
    message.remedy.kind,
  ]);
  expect(actions).toEqual(
    expect.arrayContaining([
      ['never-1', undefined, 'start'],
      ['down-1', 'failed', 'start-anew'],
      ['stop-1', 'cancelled', 'remove'],
      [undefined, undefined, 'leave'],
    ]),
  );
  expect(JSON.stringify(messages)).not.toContain('@');

  const refused = await project.orders('dead-letters', 'redrive');
  expect(refused).toMatchObject({ code: 4 });
  expect(refused.stderr).toContain('down-1: resubmits the order as down-1-r2');

  const { code, stdout } = await project.orders('dead-letters', 'redrive', '--yes');
  expect(stdout).toContain('never-1 started');
  expect(stdout).toContain('down-1 resubmitted as down-1-r2');
  expect(stdout).toContain('stop-1 message removed: the order is cancelled');
  expect(stdout).toContain('message kept: the message does not contain a valid order');
  expect(code).toBe(13);
  expect((await project.orders('watch', 'never-1')).code).toBe(0);
  expect((await project.orders('get', 'down-1-r2')).code).toBe(0);
});

it('recovers an order whose recovery event was lost', async () => {
  await project.orders('submit', '--sample', 'low', '--id', 'lost-1');
  await project.orders('cancel', 'lost-1', '--force', '--wait');
  // Restores the state before recovery.
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
  await sendDeadLetter(
    JSON.stringify({ 'detail-type': 'Durable Execution Status Change', detail }),
  );
  const { stdout } = await project.orders('dead-letters', 'redrive', 'lost-1');
  expect(stdout).toContain('lost-1 recovery started');
  expect((await project.orders('watch', 'lost-1')).code).toBe(12);
});

it('submits an order again whose execution ended before it wrote the order', async () => {
  const { code } = await project.orders('submit', '--sample', 'low', '--id', 'lost-2', '--wait');
  expect(code).toBe(0);
  // Restores the state of an order that was never written.
  await tables.send(
    new DeleteCommand({ TableName: outputs['OrdersTableName'], Key: { orderId: 'lost-2' } }),
  );
  const detail = { durableExecutionName: 'lost-2', durableExecutionArn: 'x', status: 'FAILED' };
  await sendDeadLetter(JSON.stringify({ detail }));
  const { stdout } = await project.orders('dead-letters', 'redrive', 'lost-2', '--yes');
  expect(stdout).toContain('lost-2 resubmitted as lost-2-r2');
  expect((await project.orders('watch', 'lost-2-r2')).code).toBe(0);
});

it('reports that an order has no dead-letter message', async () => {
  const { code, stderr } = await project.orders('dead-letters', 'redrive', 'order-none');
  expect(code).toBe(5);
  expect(stderr).toContain('order-none has no dead-letter message.');
});
