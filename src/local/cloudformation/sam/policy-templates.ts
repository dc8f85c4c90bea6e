import { type Fields, isFields } from '../templates/template.ts';

/** Actions of a policy template on the resource that its parameter names. `resources` is the end of the ARNs, with `NAME` for the value. */
interface TemplateStatement {
  readonly actions: readonly string[];
  /** `*`, or the ARN without `arn:PARTITION:`, for example `sqs:REGION:ACCOUNT:NAME`. */
  readonly resources: readonly string[];
}

interface PolicyTemplate {
  readonly parameter?: string;
  readonly statements: readonly TemplateStatement[];
}

const home = `\${AWS::Region}:\${AWS::AccountId}`;
const table = [`dynamodb:${home}:table/NAME`, `dynamodb:${home}:table/NAME/index/*`];
const bucket = ['s3:::NAME', 's3:::NAME/*'];
const queue = [`sqs:${home}:NAME`];
const readItems = [
  'dynamodb:GetItem',
  'dynamodb:Scan',
  'dynamodb:Query',
  'dynamodb:BatchGetItem',
  'dynamodb:DescribeTable',
];
const writeItems = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'];
const lifecycle = ['s3:GetLifecycleConfiguration', 's3:PutLifecycleConfiguration'];
const objectTags = ['s3:DeleteObjectTagging', 's3:GetObjectTagging', 's3:PutObjectTagging'];
const versionTags = objectTags.map((action) => action.replace('Object', 'ObjectVersion'));

/** Returns a template with one statement. */
const one = (
  parameter: string,
  actions: readonly string[],
  resources: readonly string[],
): PolicyTemplate => ({ parameter, statements: [{ actions, resources }] });

const everywhere = (...actions: readonly string[]): PolicyTemplate => ({
  statements: [{ actions, resources: ['*'] }],
});

const readParameter = (resource: string): PolicyTemplate => ({
  parameter: 'ParameterName',
  statements: [
    { actions: ['ssm:DescribeParameters'], resources: ['*'] },
    {
      actions: ['ssm:GetParameters', 'ssm:GetParameter', 'ssm:GetParametersByPath'],
      resources: [resource],
    },
  ],
});

/**
 * Policy templates for the services of the runtime.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
 */
const templates: ReadonlyMap<string, PolicyTemplate> = new Map<string, PolicyTemplate>([
  [
    'DynamoDBCrudPolicy',
    one(
      'TableName',
      [...readItems, ...writeItems, 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
      table,
    ),
  ],
  ['DynamoDBReadPolicy', one('TableName', readItems, table)],
  ['DynamoDBWritePolicy', one('TableName', writeItems, table)],
  ['DynamoDBReconfigurePolicy', one('TableName', ['dynamodb:UpdateTable'], table.slice(0, 1))],
  [
    'S3ReadPolicy',
    one(
      'BucketName',
      [
        's3:GetObject',
        's3:ListBucket',
        's3:GetBucketLocation',
        's3:GetObjectVersion',
        's3:GetLifecycleConfiguration',
      ],
      bucket,
    ),
  ],
  [
    'S3WritePolicy',
    one('BucketName', ['s3:PutObject', 's3:PutObjectAcl', 's3:PutLifecycleConfiguration'], bucket),
  ],
  [
    'S3CrudPolicy',
    one(
      'BucketName',
      [
        's3:GetObject',
        's3:ListBucket',
        's3:GetBucketLocation',
        's3:GetObjectVersion',
        's3:PutObject',
        's3:PutObjectAcl',
        's3:DeleteObject',
        ...lifecycle,
      ],
      bucket,
    ),
  ],
  [
    'S3FullAccessPolicy',
    {
      parameter: 'BucketName',
      statements: [
        {
          actions: [
            's3:GetObject',
            's3:GetObjectAcl',
            's3:GetObjectVersion',
            's3:PutObject',
            's3:PutObjectAcl',
            's3:DeleteObject',
            ...objectTags,
            ...versionTags,
          ],
          resources: ['s3:::NAME/*'],
        },
        {
          actions: ['s3:ListBucket', 's3:GetBucketLocation', ...lifecycle],
          resources: ['s3:::NAME'],
        },
      ],
    },
  ],
  [
    'SQSPollerPolicy',
    one(
      'QueueName',
      [
        'sqs:ChangeMessageVisibility',
        'sqs:ChangeMessageVisibilityBatch',
        'sqs:DeleteMessage',
        'sqs:DeleteMessageBatch',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
      ],
      queue,
    ),
  ],
  ['SQSSendMessagePolicy', one('QueueName', ['sqs:SendMessage*'], queue)],
  [
    'LambdaInvokePolicy',
    one('FunctionName', ['lambda:InvokeFunction'], [`lambda:${home}:function:NAME*`]),
  ],
  [
    'FilterLogEventsPolicy',
    one('LogGroupName', ['logs:FilterLogEvents'], [`logs:${home}:log-group:NAME:log-stream:*`]),
  ],
  ['SSMParameterReadPolicy', readParameter(`ssm:${home}:parameter/NAME`)],
  ['SSMParameterWithSlashPrefixReadPolicy', readParameter(`ssm:${home}:parameterNAME`)],
  [
    'CloudFormationDescribeStacksPolicy',
    {
      statements: [
        {
          actions: ['cloudformation:DescribeStacks'],
          resources: [`cloudformation:${home}:stack/*`],
        },
      ],
    },
  ],
  ['CloudWatchPutMetricPolicy', everywhere('cloudwatch:PutMetricData')],
  [
    'CloudWatchDashboardPolicy',
    everywhere(
      'cloudwatch:GetDashboard',
      'cloudwatch:ListDashboards',
      'cloudwatch:PutDashboard',
      'cloudwatch:ListMetrics',
    ),
  ],
  ['CloudWatchDescribeAlarmHistoryPolicy', everywhere('cloudwatch:DescribeAlarmHistory')],
  [
    'EventBridgePutEventsPolicy',
    one('EventBusName', ['events:PutEvents'], [`events:${home}:event-bus/NAME`]),
  ],
]);

/** Policy templates for services that the runtime does not have: they allow nothing that a function could do here. */
const withoutService: ReadonlySet<string> = new Set(
  `AMIDescribePolicy AWSSecretsManagerGetSecretValuePolicy AWSSecretsManagerRotationPolicy AcmGetCertificatePolicy
   AthenaQueryPolicy CodeCommitCrudPolicy CodeCommitReadPolicy CodePipelineLambdaExecutionPolicy
   CodePipelineReadOnlyPolicy ComprehendBasicAccessPolicy CostExplorerReadOnlyPolicy DynamoDBBackupFullAccessPolicy
   DynamoDBRestoreFromBackupPolicy DynamoDBStreamReadPolicy EC2CopyImagePolicy EC2DescribePolicy EFSWriteAccessPolicy
   EKSDescribePolicy EcsRunTaskPolicy ElasticMapReduceAddJobFlowStepsPolicy ElasticMapReduceCancelStepsPolicy
   ElasticMapReduceModifyInstanceFleetPolicy ElasticMapReduceModifyInstanceGroupsPolicy
   ElasticMapReduceSetTerminationProtectionPolicy ElasticMapReduceTerminateJobFlowsPolicy ElasticsearchHttpPostPolicy
   FirehoseCrudPolicy FirehoseWritePolicy KMSDecryptPolicy KMSEncryptPolicy KMSEncryptPolicy_v2 KinesisCrudPolicy
   KinesisStreamReadPolicy MobileAnalyticsWriteOnlyAccessPolicy OrganizationsListAccountsPolicy
   PinpointEndpointAccessPolicy PollyFullAccessPolicy RekognitionDetectOnlyPolicy RekognitionFacesManagementPolicy
   RekognitionFacesPolicy RekognitionLabelsPolicy RekognitionNoDataAccessPolicy RekognitionReadPolicy
   RekognitionWriteOnlyAccessPolicy Route53ChangeResourceRecordSetsPolicy SESBulkTemplatedCrudPolicy
   SESBulkTemplatedCrudPolicy_v2 SESCrudPolicy SESEmailTemplateCrudPolicy SESSendBouncePolicy SNSCrudPolicy
   SNSPublishMessagePolicy SageMakerCreateEndpointConfigPolicy SageMakerCreateEndpointPolicy
   ServerlessRepoReadWriteAccessPolicy StepFunctionsCallbackPolicy StepFunctionsExecutionPolicy
   StepFunctionsExecutionPolicy_v2 TextractDetectAnalyzePolicy TextractGetResultPolicy TextractPolicy VPCAccessPolicy`
    .split(/\s+/)
    .filter((name) => name !== ''),
);

/** Reports whether SAM has a policy template of this name. */
export function isPolicyTemplate(name: string): boolean {
  return templates.has(name) || withoutService.has(name);
}

/**
 * Returns the policy document of a template; undefined if the runtime does not have its service. Throws the reason as an Error if the
 * parameters do not match the template's.
 */
export function expandPolicyTemplate(name: string, parameters: unknown): Fields | undefined {
  const template = templates.get(name);
  if (!template) return undefined;
  const { parameter, statements } = template;
  const expected = parameter === undefined ? [] : [parameter];
  const given = isFields(parameters) ? Object.keys(parameters) : [];
  const value = isFields(parameters) && parameter !== undefined ? parameters[parameter] : undefined;
  if (given.length !== expected.length || (parameter !== undefined && value === undefined)) {
    throw new Error(`Must specify valid parameter values for policy template '${name}'`);
  }
  return {
    Statement: statements.map(({ actions, resources }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources.map((resource) => toResource(resource, value)),
    })),
  };
}

function toResource(resource: string, value: unknown): unknown {
  if (resource === '*') return resource;
  const text = `arn:\${AWS::Partition}:${resource}`;
  if (!text.includes('NAME')) return { 'Fn::Sub': text };
  return { 'Fn::Sub': [text.replace('NAME', `\${Value}`), { Value: value }] };
}
