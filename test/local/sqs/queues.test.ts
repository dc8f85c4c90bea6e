import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqs } from '../../../src/local/sqs/service.ts';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import { type RunningServer, serve } from '../../../src/local/wire/server.ts';
import { testCredentials, testVerifier } from '../../support/credentials.ts';

let directory: string;
let store: Store;
let sqs: ReturnType<typeof createSqs>;
let server: RunningServer;
let client: SQSClient;
let QueueUrl: string | undefined;

async function start() {
  store = openStore(join(directory, 'state.sqlite'));
  let url = '';
  sqs = createSqs({ store, region: 'us-east-2', url: () => url });
  server = await serve({ services: [sqs.service], store, port: 0, verifier: testVerifier });
  url = server.url;
  client = new SQSClient({
    endpoint: url,
    region: 'us-east-2',
    credentials: testCredentials,
    maxAttempts: 1,
  });
}
async function stop() {
  client.destroy();
  await server.close();
  store.close();
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sqs-'));
  await start();
  ({ QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'failures' })));
});
afterEach(async () => {
  await stop();
  rmSync(directory, { recursive: true });
});

const send = (MessageBody: string, more = {}) =>
  client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));

async function receive(more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }),
  );
  return Messages;
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);

it('returns a message, hides it until its visibility timeout, and deletes it', async () => {
  const { MessageId } = await send('one');
  const [message] = await receive();
  expect(message).toMatchObject({ MessageId, Body: 'one' });
  expect(await receive()).toEqual([]);
  const { ReceiptHandle } = message ?? {};
  await client.send(
    new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
  );
  const [again] = await receive({ MessageSystemAttributeNames: ['All'] });
  expect(again?.Attributes).toMatchObject({ ApproximateReceiveCount: '2' });
  await client.send(
    new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again?.ReceiptHandle ?? '' }),
  );
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
    QueueArn: 'arn:aws:sqs:us-east-2:000000000000:failures',
    MessageRetentionPeriod: '345600',
  });
});

it('returns attributes unchanged, with the digest that clients verify', async () => {
  const MessageAttributes = {
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    Raw: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
  };
  const sent = await send('with attributes', { MessageAttributes });
  const [message] = await receive({ MessageAttributeNames: ['All'] });
  expect(message?.MessageAttributes?.['ErrorCode']).toMatchObject({ StringValue: '200' });
  expect(Buffer.from(message?.MessageAttributes?.['Raw']?.BinaryValue ?? [])).toEqual(
    Buffer.from([0, 255]),
  );
  expect(message?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
  expect(sent.MD5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
});

it('sends and deletes in batches, and reports the result of each entry', async () => {
  const Entries = ['a', 'b', ''].map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
  const sent = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['0', '1']);
  expect(sent.Failed).toMatchObject([{ Id: '2', Code: 'MissingParameter', SenderFault: true }]);
  const messages = await receive();
  expect(bodies(messages)).toEqual(['a', 'b']);
  const entries = messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
  await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: entries }));
  await client.send(new PurgeQueueCommand({ QueueUrl }));
  expect(await receive({ VisibilityTimeout: 0 })).toEqual([]);
});

it('waits for a message during a long poll', async () => {
  const waiting = receive({ WaitTimeSeconds: 5 });
  await send('late');
  expect(bodies(await waiting)).toEqual(['late']);
});

it('keeps messages across a restart until their retention ends', async () => {
  await send('kept');
  await stop();
  await start();
  ({ QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: 'failures' })));
  expect(bodies(await receive({ VisibilityTimeout: 0 }))).toEqual(['kept']);
  sqs.removeExpired(Date.now() + 345_599_000);
  expect(await receive({ VisibilityTimeout: 0 })).toHaveLength(1);
  sqs.removeExpired(Date.now() + 345_601_000);
  expect(await receive({ VisibilityTimeout: 0 })).toEqual([]);
});

it('is listed until it is deleted with its messages', async () => {
  await send('lost');
  const { QueueUrls } = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'fail' }));
  expect(QueueUrls).toEqual([QueueUrl]);
  await client.send(new DeleteQueueCommand({ QueueUrl }));
  await expect(receive()).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
});

describe('rejects', () => {
  it.each([
    ['a message that is too long', () => send('x'.repeat(1_048_577)), 'InvalidParameterValue'],
    ['an unknown receipt', () => hide('none'), 'ReceiptHandleIsInvalid'],
    ['more than ten messages', () => receive({ MaxNumberOfMessages: 11 }), 'InvalidParameterValue'],
    ['a name with a dot', () => create('a.b'), 'InvalidParameterValue'],
    ['an unknown attribute', () => set({ RedrivePolicy: '{}' }), 'InvalidAttributeName'],
  ])('%s', async (_, request, name) => {
    await expect(request()).rejects.toMatchObject({ name });
  });

  const hide = (ReceiptHandle: string) =>
    client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 1 }),
    );
  const create = (QueueName: string) => client.send(new CreateQueueCommand({ QueueName }));
  const set = (Attributes: Record<string, string>) =>
    client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
});
