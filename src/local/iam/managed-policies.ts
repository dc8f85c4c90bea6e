import { partition } from '../shared/account.ts';

/** Actions on resources; `*` by default. */
interface Grant {
  readonly actions: readonly string[];
  readonly resource?: string;
  /** True for every action except these. */
  readonly except?: true;
  /** The only service to which a role may be passed. */
  readonly passedTo?: string;
}

const writeLogs = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
const readRoles = [
  'iam:GetPolicy',
  'iam:GetPolicyVersion',
  'iam:GetRole',
  'iam:GetRolePolicy',
  'iam:ListAttachedRolePolicies',
  'iam:ListRolePolicies',
  'iam:ListRoles',
];
const readMetrics = ['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'];
const functionLogs = `arn:${partition}:logs:*:*:log-group:/aws/lambda/*`;
const trace = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:GetSamplingStatisticSummaries',
];

const actions = (...names: readonly string[]): readonly Grant[] => [{ actions: names }];

/**
 * Managed policies of AWS by their path and name, with the actions of the services that the runtime has.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
const policies: ReadonlyMap<string, readonly Grant[]> = new Map<string, readonly Grant[]>([
  ['AdministratorAccess', actions('*')],
  [
    'PowerUserAccess',
    [
      { actions: ['iam:*', 'organizations:*', 'account:*'], except: true },
      { actions: ['iam:ListRoles'] },
    ],
  ],
  ['service-role/AWSLambdaBasicExecutionRole', actions(...writeLogs)],
  [
    'service-role/AWSLambdaBasicDurableExecutionRolePolicy',
    actions(...writeLogs, 'lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'),
  ],
  ['service-role/AWSLambdaRole', actions('lambda:InvokeFunction')],
  ['service-role/AWSLambdaVPCAccessExecutionRole', actions(...writeLogs)],
  [
    'service-role/AWSLambdaSQSQueueExecutionRole',
    actions('sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', ...writeLogs),
  ],
  [
    'service-role/AWSLambdaDynamoDBExecutionRole',
    actions(
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      ...writeLogs,
    ),
  ],
  [
    'AWSLambdaExecute',
    [
      { actions: ['logs:*'], resource: `arn:${partition}:logs:*:*:*` },
      { actions: ['s3:GetObject', 's3:PutObject'], resource: `arn:${partition}:s3:::*` },
    ],
  ],
  [
    'AWSLambda_FullAccess',
    [
      {
        actions: [
          'cloudformation:DescribeStacks',
          'cloudformation:ListStackResources',
          'lambda:*',
          'logs:DescribeLogGroups',
          ...readMetrics,
          ...readRoles,
        ],
      },
      { actions: ['iam:PassRole'], passedTo: 'lambda.amazonaws.com' },
      {
        actions: ['logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:FilterLogEvents'],
        resource: functionLogs,
      },
    ],
  ],
  [
    'AWSLambda_ReadOnlyAccess',
    [
      {
        actions: [
          'cloudformation:DescribeStacks',
          'cloudformation:ListStacks',
          'cloudformation:ListStackResources',
          'lambda:Get*',
          'lambda:List*',
          'logs:DescribeLogGroups',
          ...readMetrics,
          ...readRoles,
        ],
      },
      {
        actions: [
          'logs:DescribeLogStreams',
          'logs:GetLogEvents',
          'logs:FilterLogEvents',
          'logs:StartQuery',
          'logs:StopQuery',
          'logs:DescribeQueries',
          'logs:GetQueryResults',
        ],
        resource: functionLogs,
      },
    ],
  ],
  ['AWSXRayDaemonWriteAccess', actions(...trace)],
  ['AWSXrayWriteOnlyAccess', actions(...trace)],
  [
    'AmazonDynamoDBFullAccess',
    actions(
      'dynamodb:*',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'cloudwatch:PutMetricAlarm',
      'cloudwatch:DeleteAlarms',
      'iam:GetRole',
      'iam:ListRoles',
      'lambda:CreateFunction',
      'lambda:ListFunctions',
      'lambda:GetFunctionConfiguration',
      'lambda:DeleteFunction',
    ),
  ],
  [
    'AmazonDynamoDBFullAccess_v2',
    actions(
      'dynamodb:*',
      'lambda:ListFunctions',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'iam:ListRoles',
    ),
  ],
  [
    'AmazonDynamoDBReadOnlyAccess',
    actions(
      'dynamodb:BatchGetItem',
      'dynamodb:Describe*',
      'dynamodb:List*',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'iam:GetRole',
      'iam:ListRoles',
      'lambda:ListFunctions',
      'lambda:GetFunctionConfiguration',
    ),
  ],
  ['AmazonSQSFullAccess', actions('sqs:*')],
  [
    'AmazonSQSReadOnlyAccess',
    actions('sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ListQueues', 'sqs:ListQueueTags'),
  ],
  ['AmazonS3FullAccess', actions('s3:*')],
  ['AmazonS3ReadOnlyAccess', actions('s3:Get*', 's3:List*', 's3:Describe*')],
  ['AmazonSSMFullAccess', actions('ssm:*', 'logs:*', 'cloudwatch:PutMetricData')],
  ['AmazonSSMReadOnlyAccess', actions('ssm:Describe*', 'ssm:Get*', 'ssm:List*')],
  ['CloudWatchFullAccess', actions('cloudwatch:*', 'logs:*', 'iam:GetPolicy', 'iam:GetRole')],
  ['CloudWatchLogsFullAccess', actions('logs:*')],
  [
    'CloudWatchLogsReadOnlyAccess',
    actions(
      'logs:Describe*',
      'logs:Get*',
      'logs:List*',
      'logs:StartQuery',
      'logs:StopQuery',
      'logs:FilterLogEvents',
    ),
  ],
  [
    'AmazonAPIGatewayInvokeFullAccess',
    [{ actions: ['execute-api:Invoke'], resource: `arn:${partition}:execute-api:*:*:*` }],
  ],
]);

const prefix = `arn:${partition}:iam::aws:policy/`;

/** Reports whether an ARN is that of a managed policy of AWS, known or not. */
export function isAwsManaged(arn: string): boolean {
  return arn.startsWith(prefix);
}

/** Returns the document of a managed policy of AWS; undefined if the runtime does not know it. */
export function findManagedPolicy(arn: string): object | undefined {
  const grants = isAwsManaged(arn) ? policies.get(arn.slice(prefix.length)) : undefined;
  return grants && { Version: '2012-10-17', Statement: grants.map(toStatement) };
}

/** Returns the ARN of a managed policy of AWS that the runtime knows by its name without the path; undefined if there is none. */
export function findManagedPolicyArn(name: string): string | undefined {
  const found = [...policies.keys()].find((key) => key.split('/').at(-1) === name);
  return found && `${prefix}${found}`;
}

function toStatement({ actions: names, resource = '*', except, passedTo }: Grant): object {
  return {
    Effect: 'Allow',
    [except ? 'NotAction' : 'Action']: names,
    Resource: resource,
    ...(passedTo ? { Condition: { StringEquals: { 'iam:PassedToService': passedTo } } } : {}),
  };
}
