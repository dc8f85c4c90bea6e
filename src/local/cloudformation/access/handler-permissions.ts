/** The permissions that a caller of CloudFormation, or the stack's service role, needs for each resource. */
import { randomUUID } from 'node:crypto';
import type { Permission } from '../../iam/permission.ts';
import { account, partition } from '../../shared/account.ts';
import type { AwsError } from '../../wire/aws-error.ts';
import type { FindDenial } from '../../wire/http.ts';
import { toText } from '../templates/intrinsics.ts';
import { type Fields, isFields } from '../templates/template.ts';
import { type HandlerOperation, isTagAction, listHandlerActions } from './handler-actions.ts';

/** A resource of a stack, as far as permissions depend on it. */
export interface HandledResource {
  readonly type: string;
  readonly region: string;
  readonly physicalId: string;
  readonly properties: Fields;
}

/** Returns the permissions of an operation. For a type with an unknown handler, that is every action of the service. */
export function listHandlerPermissions(
  resource: HandledResource,
  operation: HandlerOperation,
): Permission[] {
  const actions = listHandlerActions(resource.type, operation);
  if (!actions) return [{ action: `${toServicePrefix(resource.type)}:*`, resource: '*' }];
  return actions.flatMap((action) => toPermissions(action, resource));
}

/** Returns the prefix of the actions of a resource type: `sns` for `AWS::SNS::Topic`. */
function toServicePrefix(type: string): string {
  return (type.split('::')[1] ?? '').toLowerCase();
}

/** Throws the error of a resource whose handler lacks a permission. */
export function checkHandlerPermissions(
  resource: HandledResource,
  operation: HandlerOperation,
  findDenial: FindDenial,
): void {
  for (const permission of listHandlerPermissions(resource, operation)) {
    const denial = findDenial(permission);
    if (denial) throw new Error(formatHandlerError(resource.type, permission.action, denial));
  }
}

/** Returns the reason of a failed resource as CloudFormation words it. */
function formatHandlerError(type: string, action: string, { message }: AwsError): string {
  const isTagging = isTagAction(type, action) || action === 'iam:CreateRole';
  const code = isTagging ? 'UnauthorizedTaggingOperation' : 'AccessDenied';
  return `Resource handler returned message: "${message}" (RequestToken: ${randomUUID()}, HandlerErrorCode: ${code})`;
}

function toPermissions(action: string, resource: HandledResource): Permission[] {
  const [service = '', name = ''] = action.split(':');
  if (action === 'iam:PassRole') {
    const role = toText(resource.properties['Role']);
    return [
      { action, resource: role, conditions: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    ];
  }
  if (service === 's3') return toObjectPermissions(action, resource.properties);
  if (service === 'apigateway') return [{ action, resource: toApiArn(name, resource) }];
  return resolveArns(name, resource).map((arn) => ({ action, resource: arn }));
}

/** Code in the template itself is no object. */
function toObjectPermissions(action: string, { Code: code }: Fields): Permission[] {
  const { S3Bucket, S3Key } = isFields(code) ? code : {};
  if (S3Bucket === undefined) return [];
  return [{ action, resource: `arn:${partition}:s3:::${toText(S3Bucket)}/${toText(S3Key)}` }];
}

/** Returns the ARN of a path of API Gateway: a resource is created in its collection. */
function toApiArn(
  method: string,
  { type, region, physicalId, properties }: HandledResource,
): string {
  const collection =
    type === 'AWS::ApiGateway::RestApi'
      ? 'restapis'
      : `restapis/${toText(properties['RestApiId'])}/${type === 'AWS::ApiGateway::Stage' ? 'stages' : 'deployments'}`;
  const path = method === 'POST' ? collection : `${collection}/${physicalId}`;
  return `arn:${partition}:apigateway:${region}::/${path}`;
}

type ResolveArns = (name: string, resource: HandledResource) => string[];

const arnsByType: Readonly<Record<string, ResolveArns>> = {
  'AWS::CloudWatch::Alarm': (name, { region, physicalId }) => [
    // Alarms are listed before they are selected by name.
    buildArn('cloudwatch', region, `alarm:${name === 'DescribeAlarms' ? '*' : physicalId}`),
  ],
  'AWS::CloudWatch::Dashboard': (_, { physicalId }) => [
    buildArn('cloudwatch', '', `dashboard/${physicalId}`),
  ],
  'AWS::DynamoDB::Table': (_, { region, physicalId }) => [
    buildArn('dynamodb', region, `table/${physicalId}`),
  ],
  'AWS::Events::Rule': (_, { region, physicalId }) => [
    buildArn('events', region, `rule/${physicalId}`),
  ],
  'AWS::IAM::Role': (_, { physicalId, properties: { Path: path = '/' } }) => [
    buildArn('iam', '', `role${toText(path)}${physicalId}`),
  ],
  'AWS::Lambda::Alias': (_, { region, properties }) => [
    buildFunctionArn(region, toText(properties['FunctionName'])),
  ],
  'AWS::Lambda::EventInvokeConfig': (_, { region, properties }) => [
    buildFunctionArn(region, toText(properties['FunctionName'])),
  ],
  'AWS::Lambda::Function': (_, { region, physicalId }) => [buildFunctionArn(region, physicalId)],
  'AWS::Lambda::Permission': (_, { region, properties }) => [
    buildFunctionArn(region, toText(properties['FunctionName'])),
  ],
  'AWS::Lambda::Url': (_, { region, properties }) => [
    buildFunctionArn(region, toText(properties['TargetFunctionArn'])),
  ],
  'AWS::Lambda::Version': (name, { region, physicalId, properties }) => {
    const isOfFunction = ['PublishVersion', 'ListVersionsByFunction'].includes(name);
    return [
      isOfFunction ? buildFunctionArn(region, toText(properties['FunctionName'])) : physicalId,
    ];
  },
  'AWS::Logs::LogGroup': (name, { region, physicalId }) => [
    resolveLogGroup(name, region, physicalId),
  ],
  'AWS::SSM::Parameter': (_, { region, physicalId }) => [
    buildArn('ssm', region, `parameter/${physicalId.replace(/^\//, '')}`),
  ],
  'AWS::SQS::Queue': (_, { region, physicalId }) => [buildQueueArn(region, physicalId)],
  'AWS::SQS::QueuePolicy': (_, { region, properties: { Queues: queues } }) =>
    [queues].flat().map((url) => buildQueueArn(region, toText(url))),
};

const resolveArns: ResolveArns = (name, resource) =>
  arnsByType[resource.type]?.(name, resource) ?? ['*'];

function buildArn(service: string, region: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

/** Returns the ARN of a function that is given by name or by ARN, with or without a qualifier. */
function buildFunctionArn(region: string, nameOrArn: string): string {
  return nameOrArn.startsWith('arn:')
    ? nameOrArn
    : buildArn('lambda', region, `function:${nameOrArn}`);
}

function buildQueueArn(region: string, url: string): string {
  return buildArn('sqs', region, url.split('/').at(-1) ?? '');
}

/** Returns the ARN on which Logs checks an action: tags have none of the endings of other actions. */
function resolveLogGroup(name: string, region: string, group: string): string {
  if (name === 'DescribeResourcePolicies') return '*';
  if (name === 'DescribeLogGroups') return buildArn('logs', region, 'log-group::log-stream:');
  const isOnTags = ['TagResource', 'UntagResource', 'ListTagsForResource'].includes(name);
  return buildArn('logs', region, `log-group:${group}${isOnTags ? '' : ':log-stream:'}`);
}
