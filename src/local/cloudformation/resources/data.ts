import { account, partition } from '../../shared/account.ts';
import {
  generateName,
  nonEmptyText,
  type PhysicalResource,
  type ResourceHandler,
  type ResourceRequest,
  type Services,
} from './handler.ts';

/** AWS::DynamoDB::Table. */
export function tableHandler({ dynamodb }: Services): ResourceHandler {
  return {
    createOnly: ['TableName', 'KeySchema'],
    create(request) {
      const name = nonEmptyText(request.properties['TableName']) ?? generateName(request);
      dynamodb.createTable({ ...request.properties, TableName: name });
      return { physicalId: name, attributes: { Arn: dynamodb.arn(name) } };
    },
    update: (_, previous) => previous,
    remove: ({ physicalId }) => dynamodb.deleteTable(physicalId),
  };
}

/** AWS::Logs::LogGroup: `Ref` is its name. */
export function logGroupHandler({ logs }: Services): ResourceHandler {
  const put = ({ properties, region }: ResourceRequest, name: string): PhysicalResource => {
    const days = properties['RetentionInDays'];
    logs.createGroup(name, days === undefined ? undefined : Number(days));
    const arn = `arn:${partition}:logs:${region}:${account}:log-group:${name}:*`;
    return { physicalId: name, attributes: { Arn: arn } };
  };
  return {
    createOnly: ['LogGroupName'],
    create: (request) =>
      put(request, nonEmptyText(request.properties['LogGroupName']) ?? generateName(request)),
    update: (request, { physicalId }) => put(request, physicalId),
    remove: ({ physicalId }) => logs.deleteGroup(physicalId),
  };
}

/** Properties of a queue that become its attributes. Others, such as `Tags`, are only stored with the stack. */
const queueAttributes = [
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
  'MaximumMessageSize',
  'SqsManagedSseEnabled',
  'KmsMasterKeyId',
];

/** AWS::SQS::Queue: `Ref` is its URL. */
export function queueHandler({ sqs }: Services): ResourceHandler {
  const put = ({ properties }: ResourceRequest, name: string): PhysicalResource => {
    const attributes = Object.entries(properties).flatMap(([key, value]) =>
      queueAttributes.includes(key) ? [[key, String(value)]] : [],
    );
    sqs.put(name, Object.fromEntries(attributes));
    const url = sqs.url(name);
    const Arn = sqs.arn(name);
    return { physicalId: url, attributes: { Arn, QueueName: name, QueueUrl: url } };
  };
  return {
    createOnly: ['QueueName', 'FifoQueue'],
    create: (request) =>
      put(request, nonEmptyText(request.properties['QueueName']) ?? generateName(request, 80)),
    update: (request, { attributes }) => put(request, String(attributes['QueueName'])),
    remove: ({ attributes }) => sqs.remove(String(attributes['QueueName'])),
  };
}
