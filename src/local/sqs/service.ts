import { account, partition } from '../shared/account.ts';
import type { Sqs } from '../shared/service-interfaces.ts';
import type { Store } from '../store/store.ts';
import { awsJson, awsJsonProtocol } from '../wire/json.ts';
import { messageOperations } from './messages.ts';
import { queueOperations } from './queues.ts';
import { QueueRepository } from './repository.ts';
import { requestShapes } from './request-shapes.ts';
import { parseSettings } from './settings.ts';

const targetPrefix = 'AmazonSQS.';

/** Error names of the older query protocol, which clients also expect. */
const queryErrors: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  QueueNameExists: 'QueueAlreadyExists',
};

const errors = { invalid: 'InvalidParameterValue', unsupported: 'UnsupportedOperation' } as const;

/** Creates the SQS service with standard queues. Visibility timeouts and retention use the wall clock. */
export function createSqs(options: {
  store: Store;
  region: string;
  /** The URL of the runtime. */
  url: () => string;
}): Sqs {
  const { store, region } = options;
  const rows = new QueueRepository(store);
  const url = (name: string) => `${options.url()}/${account}/${name}`;
  const arn = (name: string) => `arn:${partition}:sqs:${region}:${account}:${name}`;
  const operations = { ...queueOperations(rows, { url, arn }), ...messageOperations(rows) };
  return {
    service: {
      name: 'sqs',
      protocol: awsJsonProtocol('1.0'),
      claims: ({ headers }) => headers['x-amz-target']?.startsWith(targetPrefix) ?? false,
      async handle(request) {
        const response = await awsJson(request, {
          operations,
          version: '1.0',
          shapes: requestShapes,
          errors,
        });
        const name = response.headers?.['x-amzn-errortype'] ?? '';
        if (name === '') return response;
        const query = `${queryErrors[name] ?? name};Sender`;
        return { ...response, headers: { ...response.headers, 'x-amzn-query-error': query } };
      },
    },
    put(name, attributes) {
      parseSettings(attributes);
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
    removeExpired(now) {
      for (const name of rows.listNames('')) {
        const { retentionSeconds } = parseSettings(rows.find(name)?.attributes ?? {});
        rows.removeSentBefore(name, now - retentionSeconds * 1000);
      }
      return false;
    },
  };
}
