import type { Queues } from '../service-interfaces.ts';
import type { Store } from '../store/store.ts';
import type { Fields } from '../wire/check-input.ts';
import { account, partition } from '../wire/http.ts';
import { awsJson, awsJsonProtocol } from '../wire/json.ts';
import { messageOperations } from './messages.ts';
import { queueOperations } from './queues.ts';
import { QueueRows } from './repository.ts';
import { settingsOf } from './settings.ts';

const target = 'AmazonSQS.';

/** The names under which clients of the older protocol know errors. */
const queryErrors: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
};

const attributes = {
  map: { fields: { DataType: 'string', StringValue: 'string', BinaryValue: 'string' } },
} as const;
const entry = {
  Id: 'string',
  MessageBody: 'string',
  DelaySeconds: 'number',
  MessageAttributes: attributes,
  ReceiptHandle: 'string',
  VisibilityTimeout: 'number',
} as const;

/** What members of a request may be; a name means the same in every operation. */
const shapes: Fields = {
  ...entry,
  QueueUrl: 'string',
  QueueName: 'string',
  QueueNamePrefix: 'string',
  Attributes: { map: 'string' },
  AttributeNames: { list: 'string' },
  MessageSystemAttributeNames: { list: 'string' },
  MessageAttributeNames: { list: 'string' },
  Entries: { list: { fields: entry } },
};

/** SQS's standard queues over the store; hiding and keeping messages go by the wall clock. */
export function createQueues(options: {
  store: Store;
  region: string;
  /** The URL of the runtime. */
  url: () => string;
}): Queues {
  const { store, region } = options;
  const rows = new QueueRows(store);
  const url = (name: string) => `${options.url()}/${account}/${name}`;
  const arn = (name: string) => `arn:${partition}:sqs:${region}:${account}:${name}`;
  const operations = { ...queueOperations(rows, { url, arn }), ...messageOperations(rows) };
  return {
    service: {
      name: 'sqs',
      protocol: awsJsonProtocol('1.0'),
      claims: ({ headers }) => headers['x-amz-target']?.startsWith(target) ?? false,
      async handle(request) {
        const response = await awsJson(request, {
          operations,
          version: '1.0',
          shapes: () => shapes,
        });
        const name = response.headers?.['x-amzn-errortype'] ?? '';
        if (name === '') return response;
        const query = `${queryErrors[name] ?? name};Sender`;
        return { ...response, headers: { ...response.headers, 'x-amzn-query-error': query } };
      },
    },
    put(name, attributes) {
      settingsOf(attributes);
      rows.put(name, attributes);
    },
    remove: (name) => rows.remove(name),
    url,
    arn,
    send(queueArn, { body, attributes }) {
      const name = queueArn.split(':').at(-1) ?? '';
      if (!rows.find(name)) return false;
      const typed = Object.entries(attributes).map(([key, value]) => [
        key,
        { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
      ]);
      rows.add(name, { body, attributes: Object.fromEntries(typed), visibleAt: Date.now() });
      return true;
    },
    clearOut(now) {
      for (const name of rows.names('')) {
        const { retentionSeconds } = settingsOf(rows.find(name)?.attributes ?? {});
        rows.removeSentBefore(name, now - retentionSeconds * 1000);
      }
      return false;
    },
  };
}
