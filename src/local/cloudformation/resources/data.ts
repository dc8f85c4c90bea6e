import { account, partition } from '../../wire/http.ts';
import type { Fields } from '../template.ts';
import { isFields } from '../template.ts';
import {
  generatedName,
  type Handler,
  optionalText,
  type Physical,
  type ResourceRequest,
  type Services,
} from './handler.ts';

/** AWS::DynamoDB::Table. */
export function tableHandler({ tables }: Services): Handler {
  return {
    createOnly: ['TableName', 'KeySchema'],
    create(request) {
      const name = optionalText(request.properties['TableName']) ?? generatedName(request);
      tables.createTable({ ...request.properties, TableName: name });
      return { physicalId: name, attributes: { Arn: tables.arn(name) } };
    },
    update: (_, previous) => previous,
    remove: ({ physicalId }) => tables.deleteTable(physicalId),
  };
}

/** AWS::Logs::LogGroup: `Ref` is its name. */
export function logGroupHandler({ logs }: Services): Handler {
  const put = ({ properties, region }: ResourceRequest, name: string): Physical => {
    const days = properties['RetentionInDays'];
    logs.createGroup(name, days === undefined ? undefined : Number(days));
    const arn = `arn:${partition}:logs:${region}:${account}:log-group:${name}:*`;
    return { physicalId: name, attributes: { Arn: arn } };
  };
  return {
    createOnly: ['LogGroupName'],
    create: (request) =>
      put(request, optionalText(request.properties['LogGroupName']) ?? generatedName(request)),
    update: (request, { physicalId }) => put(request, physicalId),
    remove: ({ physicalId }) => logs.deleteGroup(physicalId),
  };
}

/** Properties of a queue that are its attributes; the rest, as `Tags`, is recorded with the stack. */
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
export function queueHandler({ queues }: Services): Handler {
  const put = ({ properties }: ResourceRequest, name: string): Physical => {
    const attributes = Object.entries(properties).flatMap(([key, value]) =>
      queueAttributes.includes(key) ? [[key, String(value)]] : [],
    );
    queues.put(name, Object.fromEntries(attributes));
    const url = queues.url(name);
    const Arn = queues.arn(name);
    return { physicalId: url, attributes: { Arn, QueueName: name, QueueUrl: url } };
  };
  return {
    createOnly: ['QueueName', 'FifoQueue'],
    create: (request) =>
      put(request, optionalText(request.properties['QueueName']) ?? generatedName(request)),
    update: (request, { attributes }) => put(request, String(attributes['QueueName'])),
    remove: ({ attributes }) => queues.remove(String(attributes['QueueName'])),
  };
}

/** AWS::ApiGateway::RestApi: `Ref` is its id. */
export function apiHandler({ apis }: Services): Handler {
  const put = ({ properties }: ResourceRequest, id?: string): Physical => {
    const physicalId = apis.put({
      ...(id ? { id } : {}),
      name: optionalText(properties['Name']) ?? '',
      stage: optionalText(properties['StageName']) ?? '',
      definition: isFields(properties['Body']) ? properties['Body'] : {},
    });
    return { physicalId, attributes: { RestApiId: physicalId, RootResourceId: 'root' } };
  };
  return {
    createOnly: ['StageName'],
    create: (request) => put(request),
    update: (request, { physicalId }) => put(request, physicalId),
    remove: ({ physicalId }) => apis.remove(physicalId),
  };
}

/** A resource that is only recorded: it has a plausible name and ARN, and nothing enforces it. */
export const recordedHandler: Handler = {
  createOnly: ['RoleName', 'QueueName', 'AlarmName', 'DashboardName', 'Name', 'StageName'],
  create(request) {
    const { type, region, properties } = request;
    const explicit = Object.entries(properties).find(([key]) => names.has(key))?.[1];
    const name = optionalText(explicit) ?? generatedName(request);
    const arn = (path: string) => `arn:${partition}:${path}`;
    switch (type) {
      case 'AWS::IAM::Role':
        return made(name, { Arn: arn(`iam::${account}:role/${name}`), RoleId: 'AROALOCAL' });
      case 'AWS::Events::Rule':
        return made(name, { Arn: arn(`events:${region}:${account}:rule/${name}`) });
      case 'AWS::CloudWatch::Alarm':
        return made(name, { Arn: arn(`cloudwatch:${region}:${account}:alarm:${name}`) });
      case 'AWS::ApiGateway::Stage':
        return made(name, {});
      default: {
        const service = type.split('::')[1]?.toLowerCase() ?? '';
        return made(name, { Arn: arn(`${service}:${region}:${account}:${name}`) });
      }
    }
  },
  update: (_, previous) => previous,
  remove: () => undefined,
};

const names = new Set([
  'RoleName',
  'QueueName',
  'AlarmName',
  'DashboardName',
  'Name',
  'StageName',
  'TopicName',
  'PolicyName',
]);

function made(physicalId: string, attributes: Fields): Physical {
  return { physicalId, attributes };
}
