import { isDeepStrictEqual } from 'node:util';
import { invalid } from './query-protocol.ts';
import type { Fields, ResourceDeclaration } from './template.ts';

/** Properties whose effects the local runtime does not implement. */
const unsupportedProperties: Readonly<Record<string, readonly string[]>> = {
  'AWS::Lambda::Function': ['FileSystemConfigs', 'ImageConfig', 'Layers', 'SnapStart'],
  'AWS::Lambda::Alias': ['RoutingConfig'],
  'AWS::Lambda::Version': ['ProvisionedConcurrencyConfig'],
  'AWS::DynamoDB::Table': ['ImportSourceSpecification', 'KinesisStreamSpecification'],
  'AWS::SQS::Queue': ['ContentBasedDeduplication', 'FifoQueue', 'RedrivePolicy'],
  'AWS::Events::Rule': ['EventBusName', 'ScheduleExpression'],
  'AWS::ApiGateway::RestApi': ['BodyS3Location'],
};

/** Properties that CloudFormation changes in place and the local runtime cannot change. */
const immutableProperties: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': [
    'AttributeDefinitions',
    'GlobalSecondaryIndexes',
    'LocalSecondaryIndexes',
    'TimeToLiveSpecification',
  ],
};

/** Throws ValidationError with the first property of a resource that the local runtime does not implement. */
export function rejectUnsupported(
  id: string,
  { Type, Properties = {} }: ResourceDeclaration,
): void {
  const property = unsupportedProperties[Type]?.find((name) => Object.hasOwn(Properties, name));
  if (property === undefined) return;
  throw invalid(`Resource ${id}: the local runtime does not implement ${property} of ${Type}`);
}

/** Throws ValidationError with the first changed property that the local runtime cannot change in place. */
export function rejectImmutableChange(
  { logicalId, type }: { logicalId: string; type: string },
  before: Fields,
  after: Fields,
): void {
  const property = immutableProperties[type]?.find(
    (name) => !isDeepStrictEqual(before[name], after[name]),
  );
  if (property === undefined) return;
  throw invalid(
    `Resource ${logicalId}: the local runtime does not change ${property} of ${type} in place`,
  );
}
