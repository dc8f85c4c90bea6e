import type { Fields } from '../wire/check-input.ts';

const attributes = {
  map: {
    fields: {
      DataType: 'string',
      StringValue: 'string',
      BinaryValue: 'string',
      StringListValues: { list: 'string' },
      BinaryListValues: { list: 'string' },
    },
  },
} as const;
const message = {
  MessageBody: 'string',
  DelaySeconds: 'number',
  MessageAttributes: attributes,
} as const;
const queue = { QueueUrl: 'string' } as const;
const strings = { list: 'string' } as const;

/** Returns the members of a batch operation whose entries have these members. */
function batch(entry: Fields): Fields {
  return { ...queue, Entries: { list: { fields: { Id: 'string', ...entry } } } };
}

/** The members of each operation's request that the runtime implements. */
export const requestShapes: Readonly<Record<string, Fields>> = {
  CreateQueue: { QueueName: 'string', Attributes: { map: 'string' } },
  DeleteQueue: queue,
  PurgeQueue: queue,
  GetQueueUrl: { QueueName: 'string', QueueOwnerAWSAccountId: 'string' },
  ListQueues: { QueueNamePrefix: 'string', MaxResults: 'number', NextToken: 'string' },
  GetQueueAttributes: { ...queue, AttributeNames: strings },
  SetQueueAttributes: { ...queue, Attributes: { map: 'string' } },
  SendMessage: { ...queue, ...message },
  SendMessageBatch: batch(message),
  ReceiveMessage: {
    ...queue,
    MaxNumberOfMessages: 'number',
    VisibilityTimeout: 'number',
    WaitTimeSeconds: 'number',
    AttributeNames: strings,
    MessageSystemAttributeNames: strings,
    MessageAttributeNames: strings,
  },
  DeleteMessage: { ...queue, ReceiptHandle: 'string' },
  DeleteMessageBatch: batch({ ReceiptHandle: 'string' }),
  ChangeMessageVisibility: { ...queue, ReceiptHandle: 'string', VisibilityTimeout: 'number' },
  ChangeMessageVisibilityBatch: batch({ ReceiptHandle: 'string', VisibilityTimeout: 'number' }),
};
