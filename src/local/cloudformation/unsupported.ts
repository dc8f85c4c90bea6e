import { isDeepStrictEqual } from 'node:util';
import { invalid } from './query-protocol.ts';
import type { Fields, ResourceDeclaration } from './template.ts';

/** Properties that would make a resource do what the local runtime cannot do. */
const unknown: Readonly<Record<string, readonly string[]>> = {
  'AWS::Lambda::Function': ['FileSystemConfigs', 'ImageConfig', 'Layers', 'SnapStart'],
  'AWS::Lambda::Alias': ['RoutingConfig'],
  'AWS::Lambda::Version': ['ProvisionedConcurrencyConfig'],
  'AWS::DynamoDB::Table': ['ImportSourceSpecification', 'KinesisStreamSpecification'],
  'AWS::SQS::Queue': ['ContentBasedDeduplication', 'FifoQueue', 'RedrivePolicy'],
  'AWS::Events::Rule': ['EventBusName', 'ScheduleExpression'],
  'AWS::ApiGateway::RestApi': ['BodyS3Location'],
};

/** Properties that a resource has for good here, where CloudFormation would change them in place. */
const fixed: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': [
    'AttributeDefinitions',
    'GlobalSecondaryIndexes',
    'LocalSecondaryIndexes',
    'TimeToLiveSpecification',
  ],
};

/** Throws the error that names the first property of a resource that the local runtime cannot take. */
export function refuseUnsupported(
  id: string,
  { Type, Properties = {} }: ResourceDeclaration,
): void {
  const property = unknown[Type]?.find((name) => Object.hasOwn(Properties, name));
  if (property === undefined) return;
  throw invalid(`Resource ${id}: the local runtime does not implement ${property} of ${Type}`);
}

/** Throws the error that names the first property that the local runtime cannot change in place. */
export function refuseFixed(
  { logicalId, type }: { logicalId: string; type: string },
  before: Fields,
  after: Fields,
): void {
  const property = fixed[type]?.find((name) => !isDeepStrictEqual(before[name], after[name]));
  if (property === undefined) return;
  throw invalid(
    `Resource ${logicalId}: the local runtime does not change ${property} of ${type} in place`,
  );
}
