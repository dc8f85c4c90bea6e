import { invalid } from '../query-protocol.ts';
import type { ResourceDeclaration } from './template.ts';

interface PropertyNames {
  /** Properties that the local runtime serves, or that have no effect on the requests that it serves. */
  readonly served: readonly string[];
  readonly required?: readonly string[];
}

const list = (names: string): readonly string[] => names.split(' ');

/**
 * Properties of the resource types, from their pages in
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const propertiesByType: Readonly<Record<string, PropertyNames>> = {
  'AWS::ApiGateway::Account': { served: list('CloudWatchRoleArn') },
  'AWS::ApiGateway::Deployment': {
    served: list('RestApiId Description StageName'),
    required: ['RestApiId'],
  },
  'AWS::ApiGateway::Method': {
    served: list(
      'RestApiId ResourceId HttpMethod AuthorizationType ApiKeyRequired Integration MethodResponses OperationName RequestParameters',
    ),
    required: list('RestApiId ResourceId HttpMethod'),
  },
  'AWS::ApiGateway::Resource': {
    served: list('RestApiId ParentId PathPart'),
    required: list('RestApiId ParentId PathPart'),
  },
  'AWS::ApiGateway::RestApi': {
    served: list('Name BinaryMediaTypes Body Description EndpointConfiguration Tags'),
  },
  'AWS::ApiGateway::Stage': {
    served: list(
      'RestApiId DeploymentId StageName Description MethodSettings AccessLogSetting TracingEnabled Variables Tags',
    ),
    required: list('RestApiId DeploymentId StageName'),
  },
  'AWS::CloudWatch::Alarm': {
    served: list(
      'ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator DatapointsToAlarm Dimensions ' +
        'EvaluateLowSampleCountPercentile EvaluationPeriods ExtendedStatistic InsufficientDataActions MetricName Metrics Namespace ' +
        'OKActions Period Statistic Tags Threshold ThresholdMetricId TreatMissingData Unit',
    ),
    required: list('ComparisonOperator EvaluationPeriods'),
  },
  'AWS::CloudWatch::CompositeAlarm': {
    served: list(
      'ActionsEnabled ActionsSuppressor ActionsSuppressorExtensionPeriod ActionsSuppressorWaitPeriod AlarmActions AlarmDescription ' +
        'AlarmName AlarmRule InsufficientDataActions OKActions Tags',
    ),
    required: ['AlarmRule'],
  },
  'AWS::CloudWatch::Dashboard': {
    served: list('DashboardName DashboardBody Tags'),
    required: ['DashboardBody'],
  },
  'AWS::DynamoDB::Table': {
    served: list(
      'TableName KeySchema AttributeDefinitions BillingMode ProvisionedThroughput OnDemandThroughput GlobalSecondaryIndexes ' +
        'LocalSecondaryIndexes TimeToLiveSpecification PointInTimeRecoverySpecification SSESpecification ' +
        'DeletionProtectionEnabled ContributorInsightsSpecification TableClass Tags',
    ),
    required: ['KeySchema'],
  },
  'AWS::Events::Rule': { served: list('Name Description EventPattern State Targets Tags') },
  'AWS::IAM::ManagedPolicy': {
    served: list('ManagedPolicyName PolicyDocument Description Path Roles Users Groups'),
    required: ['PolicyDocument'],
  },
  'AWS::IAM::Policy': {
    served: list('PolicyName PolicyDocument Roles Users Groups'),
    required: list('PolicyName PolicyDocument'),
  },
  'AWS::IAM::Role': {
    served: list(
      'RoleName AssumeRolePolicyDocument Policies ManagedPolicyArns Path Description MaxSessionDuration PermissionsBoundary Tags',
    ),
    required: ['AssumeRolePolicyDocument'],
  },
  'AWS::IAM::RolePolicy': {
    served: list('RoleName PolicyName PolicyDocument'),
    required: list('RoleName PolicyName'),
  },
  'AWS::KMS::Alias': {
    served: list('AliasName TargetKeyId'),
    required: list('AliasName TargetKeyId'),
  },
  'AWS::KMS::Key': {
    served: list(
      'BypassPolicyLockoutSafetyCheck Description EnableKeyRotation Enabled KeyPolicy KeySpec KeyUsage MultiRegion Origin ' +
        'PendingWindowInDays RotationPeriodInDays Tags',
    ),
  },
  'AWS::Lambda::Alias': {
    served: list('Description FunctionName FunctionVersion Name RoutingConfig'),
    required: list('FunctionName FunctionVersion Name'),
  },
  'AWS::Lambda::EventInvokeConfig': {
    // Lambda rejects destinations.
    served: list(
      'DestinationConfig FunctionName MaximumEventAgeInSeconds MaximumRetryAttempts Qualifier',
    ),
    required: list('FunctionName Qualifier'),
  },
  'AWS::Lambda::Function': {
    served: list(
      'Architectures Code DeadLetterConfig Description DurableConfig Environment FunctionName Handler LoggingConfig MemorySize ' +
        'PackageType Role Runtime Tags Timeout TracingConfig',
    ),
    required: list('Code Role'),
  },
  'AWS::Lambda::Permission': {
    // The handler rejects the others by name.
    served: list(
      'Action FunctionName Principal SourceArn SourceAccount EventSourceToken FunctionUrlAuthType InvokedViaFunctionUrl PrincipalOrgID',
    ),
    required: list('Action FunctionName Principal'),
  },
  'AWS::Lambda::Url': {
    served: list('AuthType Cors InvokeMode Qualifier TargetFunctionArn'),
    required: list('AuthType TargetFunctionArn'),
  },
  'AWS::Lambda::Version': {
    served: list('FunctionName Description'),
    required: ['FunctionName'],
  },
  'AWS::Logs::LogGroup': { served: list('LogGroupName RetentionInDays KmsKeyId Tags') },
  'AWS::Logs::MetricFilter': {
    served: list('FilterName FilterPattern LogGroupName MetricTransformations'),
    required: list('FilterPattern LogGroupName MetricTransformations'),
  },
  'AWS::S3::Bucket': {
    served: list(
      'BucketName VersioningConfiguration BucketEncryption PublicAccessBlockConfiguration OwnershipControls Tags',
    ),
  },
  'AWS::S3::BucketPolicy': {
    served: list('Bucket PolicyDocument'),
    required: list('Bucket PolicyDocument'),
  },
  'AWS::SNS::Subscription': {
    served: list(
      'DeliveryPolicy Endpoint FilterPolicy FilterPolicyScope Protocol RawMessageDelivery RedrivePolicy Region ReplayPolicy ' +
        'SubscriptionRoleArn TopicArn',
    ),
    required: list('Protocol TopicArn'),
  },
  'AWS::SNS::Topic': {
    served: list(
      'ArchivePolicy ContentBasedDeduplication DataProtectionPolicy DeliveryStatusLogging DisplayName FifoThroughputScope FifoTopic ' +
        'KmsMasterKeyId SignatureVersion Subscription Tags TopicName TracingConfig',
    ),
  },
  'AWS::SNS::TopicPolicy': {
    served: list('PolicyDocument Topics'),
    required: list('PolicyDocument Topics'),
  },
  'AWS::SQS::Queue': {
    served: list(
      'QueueName VisibilityTimeout MessageRetentionPeriod DelaySeconds ReceiveMessageWaitTimeSeconds MaximumMessageSize ' +
        'SqsManagedSseEnabled KmsMasterKeyId KmsDataKeyReusePeriodSeconds Tags',
    ),
  },
  'AWS::SQS::QueuePolicy': {
    served: list('Queues PolicyDocument'),
    required: list('Queues PolicyDocument'),
  },
  'AWS::SSM::Parameter': {
    served: list('AllowedPattern DataType Description Name Tier Type Value'),
    required: list('Type Value'),
  },
};

/**
 * Throws ValidationError for the first property of a resource that is missing, or that neither CloudFormation nor the local runtime
 * knows. CloudFormation reports these when it creates the resource; the local runtime reports them before it creates anything.
 */
export function checkProperties(id: string, { Type, Properties = {} }: ResourceDeclaration): void {
  const names = propertiesByType[Type];
  if (!names) return;
  const unknown = Object.keys(Properties).find((name) => !names.served.includes(name));
  if (unknown !== undefined) {
    throw invalid(
      `Resource ${id}: Encountered unsupported property ${unknown} (${Type} on the local runtime has no such property)`,
    );
  }
  const missing = names.required?.find((name) => !Object.hasOwn(Properties, name));
  if (missing === undefined) return;
  throw invalid(
    `Resource ${id}: Model validation failed (#: required key [${missing}] not found) for ${Type}`,
  );
}
