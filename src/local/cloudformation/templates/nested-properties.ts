import { invalid } from '../query-protocol.ts';
import { isFields, parseIntrinsic, type ResourceDeclaration } from './template.ts';

/** Names of the members of a property, separated by spaces, by the path of the property. The path does not count lists. */
type NestedNames = Readonly<Record<string, string>>;

const index = 'IndexName KeySchema Projection';
const throughputs = {
  ProvisionedThroughput: 'ReadCapacityUnits WriteCapacityUnits',
  OnDemandThroughput: 'MaxReadRequestUnits MaxWriteRequestUnits',
};
const keySchema = 'AttributeName KeyType';
const projection = 'NonKeyAttributes ProjectionType';

/**
 * Members of properties that the local runtime serves, or that have no effect on the requests that it serves, from the pages in
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const nestedByType: Readonly<Record<string, NestedNames>> = {
  'AWS::ApiGateway::Method': { MethodResponses: 'ResponseModels ResponseParameters StatusCode' },
  'AWS::ApiGateway::RestApi': { EndpointConfiguration: 'IpAddressType Types' },
  'AWS::ApiGateway::Stage': {
    AccessLogSetting: 'DestinationArn Format',
    MethodSettings:
      'DataTraceEnabled HttpMethod LoggingLevel MetricsEnabled ResourcePath ThrottlingBurstLimit ThrottlingRateLimit',
  },
  'AWS::CloudWatch::Alarm': { Dimensions: 'Name Value' },
  'AWS::DynamoDB::Table': {
    AttributeDefinitions: 'AttributeName AttributeType',
    ContributorInsightsSpecification: 'Enabled Mode',
    GlobalSecondaryIndexes: `${index} ContributorInsightsSpecification OnDemandThroughput ProvisionedThroughput`,
    'GlobalSecondaryIndexes/KeySchema': keySchema,
    'GlobalSecondaryIndexes/Projection': projection,
    KeySchema: keySchema,
    LocalSecondaryIndexes: index,
    'LocalSecondaryIndexes/KeySchema': keySchema,
    'LocalSecondaryIndexes/Projection': projection,
    PointInTimeRecoverySpecification: 'PointInTimeRecoveryEnabled RecoveryPeriodInDays',
    SSESpecification: 'KMSMasterKeyId SSEEnabled SSEType',
    TimeToLiveSpecification: 'AttributeName Enabled',
    ...throughputs,
  },
  'AWS::Events::Rule': {
    Targets: 'Arn DeadLetterConfig Id',
    'Targets/DeadLetterConfig': 'Arn',
  },
  'AWS::IAM::Role': { Policies: 'PolicyDocument PolicyName' },
  'AWS::Lambda::EventInvokeConfig': { DestinationConfig: 'OnFailure OnSuccess' },
  'AWS::Lambda::Function': {
    DeadLetterConfig: 'TargetArn',
    DurableConfig: 'ExecutionTimeout RetentionPeriodInDays',
    Environment: 'Variables',
    LoggingConfig: 'ApplicationLogLevel LogFormat LogGroup',
    TracingConfig: 'Mode',
  },
  'AWS::Lambda::Url': {
    Cors: 'AllowCredentials AllowHeaders AllowMethods AllowOrigins ExposeHeaders MaxAge',
  },
  'AWS::S3::Bucket': {
    BucketEncryption: 'ServerSideEncryptionConfiguration',
    'BucketEncryption/ServerSideEncryptionConfiguration':
      'BucketKeyEnabled ServerSideEncryptionByDefault',
    'BucketEncryption/ServerSideEncryptionConfiguration/ServerSideEncryptionByDefault':
      'KMSMasterKeyID SSEAlgorithm',
    OwnershipControls: 'Rules',
    'OwnershipControls/Rules': 'ObjectOwnership',
    PublicAccessBlockConfiguration:
      'BlockPublicAcls BlockPublicPolicy IgnorePublicAcls RestrictPublicBuckets',
    VersioningConfiguration: 'Status',
  },
};

/** Members of the tags of every resource. */
const tagNames = 'Key Value';

/**
 * Throws ValidationError for the first member of a property that neither CloudFormation nor the local runtime knows. Both branches of
 * `Fn::If` are checked; values that other functions return are not.
 */
export function checkNestedProperties(
  id: string,
  { Type, Properties = {} }: ResourceDeclaration,
): void {
  const nested = { Tags: tagNames, ...nestedByType[Type] };
  for (const [name, value] of Object.entries(Properties)) checkValue(value, name);

  function checkValue(value: unknown, path: string): void {
    if (Array.isArray(value)) {
      for (const member of value) checkValue(member, path);
      return;
    }
    const [call, branches] = parseIntrinsic(value) ?? [];
    if (call === 'Fn::If' && Array.isArray(branches)) checkValue(branches.slice(1), path);
    const names = Object.hasOwn(nested, path) ? nested[path as keyof typeof nested] : undefined;
    if (call !== undefined || names === undefined || !isFields(value)) return;
    const known = names.split(' ');
    for (const [name, member] of Object.entries(value)) {
      if (!known.includes(name)) throw extraneous(path, name);
      checkValue(member, `${path}/${name}`);
    }
  }

  function extraneous(path: string, name: string): Error {
    return invalid(
      `Resource ${id}: Model validation failed (#/${path}: extraneous key [${name}] is not permitted; the local runtime has no such ` +
        `property of ${Type})`,
    );
  }
}
