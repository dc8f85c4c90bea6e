import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSqs } from '../../../src/local/sqs/service.ts';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import { type RunningServer, serve } from '../../../src/local/wire/server.ts';
import { testCredentials, testVerifier } from '../../support/credentials.ts';

const directory = mkdtempSync(join(tmpdir(), 'sqs-'));
let store: Store;
let server: RunningServer;
let client: SQSClient;
let QueueUrl = '';

beforeAll(async () => {
  store = openStore(join(directory, 'state.sqlite'));
  let url = '';
  const sqs = createSqs({ store, region: 'us-east-2', url: () => url });
  server = await serve({ services: [sqs.service], store, port: 0, verifier: testVerifier });
  url = server.url;
  client = new SQSClient({
    endpoint: url,
    region: 'us-east-2',
    credentials: testCredentials,
    maxAttempts: 1,
  });
  QueueUrl = await createQueue('main', { VisibilityTimeout: '60' });
});
afterAll(async () => {
  client.destroy();
  await server.close();
  store.close();
  rmSync(directory, { recursive: true });
});

async function createQueue(QueueName: string, Attributes = {}): Promise<string> {
  const created = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return created.QueueUrl ?? '';
}
const send = (more: Partial<SendMessageCommandInput>, url = QueueUrl) =>
  client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x', ...more }));
const receive = async (url = QueueUrl, more = {}) =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl: url, ...more }))).Messages ?? [];
const readAttributes = async (url: string) =>
  (await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] })))
    .Attributes ?? {};

describe('SQS rejects a member that is not implemented by its name', () => {
  it.each([
    ['MessageGroupId', () => send({ MessageGroupId: 'g' })],
    ['MessageDeduplicationId', () => send({ MessageDeduplicationId: 'd' })],
    ['ReceiveRequestAttemptId', () => receive(QueueUrl, { ReceiveRequestAttemptId: 'r' })],
    [
      'Entries[0].MessageSystemAttributes',
      () => {
        const MessageSystemAttributes = {
          AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' },
        };
        const Entries = [{ Id: '1', MessageBody: 'x', MessageSystemAttributes }];
        return client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      },
    ],
  ])('%s', async (name, request) => {
    await expect(request()).rejects.toMatchObject({
      name: 'UnsupportedOperation',
      message: expect.stringContaining(name),
    });
  });

  // API_GetQueueAttributes and API_ReceiveMessage: InvalidAttributeName
  it.each([
    () =>
      client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Age' as never] })),
    () => receive(QueueUrl, { MessageSystemAttributeNames: ['Age'] }),
    () =>
      client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Age: '1' } as object })),
  ])('an invented attribute (%#)', async (request) => {
    await expect(request()).rejects.toMatchObject({
      name: 'InvalidAttributeName',
      message: expect.stringContaining('Age'),
    });
  });
});

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
describe('SQS rejects a message', () => {
  const attribute = (value: object, name = 'a') => ({ MessageAttributes: { [name]: value } });
  it.each([
    ['an unknown type', attribute({ DataType: 'Text', StringValue: 'x' }), 'InvalidParameterValue'],
    ['an empty value', attribute({ DataType: 'String', StringValue: '' }), 'InvalidParameterValue'],
    [
      'a text as number',
      attribute({ DataType: 'Number', StringValue: 'x' }),
      'InvalidParameterValue',
    ],
    [
      'a reserved name',
      attribute({ DataType: 'String', StringValue: 'x' }, 'AWS.x'),
      'InvalidParameterValue',
    ],
    [
      'a list',
      attribute({ DataType: 'String', StringValue: 'x', StringListValues: ['y'] }),
      'UnsupportedOperation',
    ],
    ['a control character', { MessageBody: 'a\u0001' }, 'InvalidMessageContents'],
  ])('with %s', async (_, more, name) => {
    await expect(send(more as Partial<SendMessageCommandInput>)).rejects.toMatchObject({ name });
  });

  it('in a batch with an id that is not valid, or that is too long as a whole', async () => {
    const batch = (...Entries: { Id: string; MessageBody: string }[]) =>
      client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await expect(batch({ Id: 'a b', MessageBody: 'x' })).rejects.toMatchObject({
      name: 'InvalidBatchEntryId',
    });
    const MessageBody = 'x'.repeat(600_000);
    await expect(batch({ Id: '1', MessageBody }, { Id: '2', MessageBody })).rejects.toMatchObject({
      name: 'BatchRequestTooLong',
    });
  });
});

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
describe('CreateQueue of an existing name', () => {
  const Policy =
    '{"Statement":{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}}';
  it.each([{ DelaySeconds: '1' }, { MaximumMessageSize: '1024' }, { Policy }])(
    'is rejected for %j and changes nothing',
    async (attributes) => {
      const before = await readAttributes(QueueUrl);
      await expect(createQueue('main', attributes)).rejects.toMatchObject({
        name: 'QueueNameExists',
        message: expect.stringContaining(Object.keys(attributes)[0] ?? ''),
      });
      expect(await readAttributes(QueueUrl)).toEqual(before);
    },
  );

  it('succeeds for equal attributes and for defaults', async () => {
    expect(await createQueue('main', { VisibilityTimeout: '60', DelaySeconds: '0' })).toBe(
      QueueUrl,
    );
  });
});

/** API_DeleteMessage and API_ChangeMessageVisibility */
describe('a receipt handle', () => {
  it.each([
    ['of another queue', (receipt: string) => receipt],
    ['without its end', (receipt: string) => receipt.slice(0, -1)],
    ['that is empty', () => ''],
  ])('%s is invalid', async (_, change) => {
    const other = await createQueue('other');
    await send({}, other);
    const [message] = await receive(other, { VisibilityTimeout: 0 });
    const ReceiptHandle = change(message?.ReceiptHandle ?? '');
    await expect(
      client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
    ).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
  });

  it('of a deleted or visible message cannot change its visibility', async () => {
    const url = await createQueue('visibility');
    await send({}, url);
    const [message] = await receive(url, { VisibilityTimeout: 0 });
    const change = { QueueUrl: url, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 1 };
    await expect(client.send(new ChangeMessageVisibilityCommand(change))).rejects.toMatchObject({
      name: 'MessageNotInflight',
    });
    await client.send(new DeleteMessageCommand(change));
    await expect(client.send(new ChangeMessageVisibilityCommand(change))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });
});

/** API_GetQueueAttributes */
describe('the counters of a queue', () => {
  const readCounters = async (url: string) => {
    const attributes: Record<string, string> = await readAttributes(url);
    return ['', 'Delayed', 'NotVisible'].map(
      (name) => attributes[`ApproximateNumberOfMessages${name}`],
    );
  };

  it('separate delayed, visible and in-flight messages', async () => {
    const url = await createQueue('counters');
    await send({}, url);
    await send({ DelaySeconds: 900 }, url);
    expect(await readCounters(url)).toEqual(['1', '1', '0']);
    const [message] = await receive(url);
    expect(await readCounters(url)).toEqual(['0', '1', '1']);
    const { ReceiptHandle } = message ?? {};
    await client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect(await readCounters(url)).toEqual(['1', '1', '0']);
  });

  it('count a batch with delays', async () => {
    const url = await createQueue('batch', { DelaySeconds: '900' });
    const Entries = [
      { Id: '1', MessageBody: 'x' },
      { Id: '2', MessageBody: 'x', DelaySeconds: 0 },
    ];
    await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    expect(await readCounters(url)).toEqual(['1', '1', '0']);
  });
});

it('lists queues in pages (API_ListQueues)', async () => {
  for (const name of ['page-1', 'page-2', 'page-3']) await createQueue(name);
  const list = async (NextToken?: string) =>
    client.send(new ListQueuesCommand({ QueueNamePrefix: 'page', MaxResults: 2, NextToken }));
  const first = await list();
  expect(first.QueueUrls).toHaveLength(2);
  const second = await list(first.NextToken);
  expect([second.QueueUrls?.length, second.NextToken]).toEqual([1, undefined]);
  const owner = { QueueName: 'page-1', QueueOwnerAWSAccountId: '111122223333' };
  await expect(client.send(new GetQueueUrlCommand(owner))).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
  });
});
