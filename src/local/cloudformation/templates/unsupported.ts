import { isDeepStrictEqual } from 'node:util';
import { invalid } from '../query-protocol.ts';
import { checkNestedProperties } from './nested-properties.ts';
import { checkProperties } from './resource-properties.ts';
import { type Fields, isFields, type ResourceDeclaration } from './template.ts';

/** Properties whose effects the local runtime does not implement. */
const unsupportedProperties: Readonly<Record<string, readonly string[]>> = {
  'AWS::Lambda::Function': [
    'CodeSigningConfigArn',
    'EphemeralStorage',
    'FileSystemConfigs',
    'ImageConfig',
    'KmsKeyArn',
    'Layers',
    'RecursiveLoop',
    'ReservedConcurrentExecutions',
    'RuntimeManagementConfig',
    'SnapStart',
    'VpcConfig',
  ],
  'AWS::Lambda::Alias': ['ProvisionedConcurrencyConfig'],
  'AWS::Lambda::Version': ['CodeSha256', 'ProvisionedConcurrencyConfig', 'RuntimePolicy'],
  'AWS::DynamoDB::Table': [
    'ImportSourceSpecification',
    'KinesisStreamSpecification',
    'ResourcePolicy',
    'StreamSpecification',
  ],
  'AWS::SQS::Queue': [
    'ContentBasedDeduplication',
    'DeduplicationScope',
    'FifoQueue',
    'FifoThroughputLimit',
    'RedriveAllowPolicy',
    'RedrivePolicy',
  ],
  'AWS::SSM::Parameter': ['Policies', 'Tags'],
  'AWS::Logs::LogGroup': [
    'DataProtectionPolicy',
    'DeletionProtectionEnabled',
    'FieldIndexPolicies',
    'LogGroupClass',
    'ResourcePolicyDocument',
  ],
  'AWS::S3::Bucket': [
    'AccelerateConfiguration',
    'AccessControl',
    'AnalyticsConfigurations',
    'CorsConfiguration',
    'LifecycleConfiguration',
    'LoggingConfiguration',
    'MetricsConfigurations',
    'NotificationConfiguration',
    'ObjectLockConfiguration',
    'ObjectLockEnabled',
    'ReplicationConfiguration',
    'WebsiteConfiguration',
  ],
  'AWS::Events::Rule': ['EventBusName', 'RoleArn', 'ScheduleExpression'],
  'AWS::ApiGateway::RestApi': [
    'ApiKeySourceType',
    'BodyS3Location',
    'CloneFrom',
    'DisableExecuteApiEndpoint',
    'FailOnWarnings',
    'MinimumCompressionSize',
    'Mode',
    'Parameters',
    'Policy',
  ],
  'AWS::ApiGateway::Stage': [
    'CacheClusterEnabled',
    'CacheClusterSize',
    'CanarySetting',
    'ClientCertificateId',
    'DocumentationVersion',
  ],
  'AWS::ApiGateway::Deployment': ['DeploymentCanarySettings', 'StageDescription'],
};

/** Properties that CloudFormation changes in place and the local runtime cannot change. */
const immutableProperties: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': [
    'AttributeDefinitions',
    'GlobalSecondaryIndexes',
    'LocalSecondaryIndexes',
    'DeletionProtectionEnabled',
    'TimeToLiveSpecification',
  ],
};

/** Throws ValidationError with the first property of a resource that is missing, not known or not implemented. */
export function rejectUnsupported(id: string, resource: ResourceDeclaration): void {
  const { Type, Properties = {} } = resource;
  const property = unsupportedProperties[Type]?.find((name) => Object.hasOwn(Properties, name));
  if (property === undefined) {
    checkProperties(id, resource);
    checkNestedProperties(id, resource);
    checkRuntime(id, resource);
    checkEndpoint(id, resource);
    return;
  }
  const lost = property === 'StreamSpecification' ? ', so the table has no StreamArn' : '';
  throw invalid(
    `Resource ${id}: the local runtime does not implement ${property} of ${Type}${lost}`,
  );
}

/** Throws ValidationError for a function in another language, before anything is created. */
function checkRuntime(id: string, { Type, Properties = {} }: ResourceDeclaration): void {
  const { Runtime: runtime } = Properties;
  if (Type !== 'AWS::Lambda::Function' || typeof runtime !== 'string') return;
  if (/^nodejs\d+\.x$/.test(runtime)) return;
  throw invalid(`Resource ${id}: the local runtime runs Node.js, not ${runtime}`);
}

/** Throws ValidationError for a private API: on AWS it is closed to callers outside of its network. */
function checkEndpoint(id: string, { Type, Properties = {} }: ResourceDeclaration): void {
  const { EndpointConfiguration: endpoint } = Properties;
  if (Type !== 'AWS::ApiGateway::RestApi' || !isFields(endpoint)) return;
  if (![endpoint['Types']].flat().includes('PRIVATE')) return;
  throw invalid(`Resource ${id}: the local runtime does not implement the endpoint type PRIVATE`);
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
