import { invalid } from '../query-protocol.ts';
import type { Template } from './template.ts';

/** Types that the local runtime implements. */
const implementedTypes = [
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::IAM::RolePolicy',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Url',
  'AWS::Lambda::Version',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter',
];

/** Types that are recorded: no request of an application depends on them. */
const recordedTypes = [
  'AWS::ApiGateway::Account',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Logs::MetricFilter',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
];

const supportedTypes: readonly string[] = [...implementedTypes, ...recordedTypes];

/** Throws ValidationError if the local runtime does not support a resource type. */
export function checkResourceTypes({ Resources }: Template): void {
  const unknown = Object.entries(Resources).filter(
    ([, { Type }]) => !supportedTypes.includes(Type),
  );
  if (unknown.length === 0) return;
  const types = [...new Set(unknown.map(([, { Type }]) => Type))];
  const ids = unknown.map(([id]) => id);
  throw invalid(
    `Template format error: Unrecognized resource types: [${types.join(', ')}] (the local runtime lacks ${ids.join(', ')})`,
  );
}

/**
 * Throws ValidationError if a resource keeps its logical id and gets another type.
 * https://github.com/aws/aws-sam-cli/issues/6786
 */
export function rejectTypeChanges(
  { Resources }: Template,
  existing: readonly { readonly logicalId: string; readonly type: string }[],
): void {
  const changed = existing.filter(({ logicalId, type }) => {
    const next = Object.hasOwn(Resources, logicalId) ? Resources[logicalId]?.Type : undefined;
    return next !== undefined && next !== type;
  });
  if (changed.length === 0) return;
  const ids = changed.map(({ logicalId }) => logicalId).join(', ');
  throw invalid(
    `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${ids}]`,
  );
}
