/** Builds least-privilege IAM policies for the users and pipelines of a stack. */

import { partitionFor } from '../aws/partition.ts';
import type { Environment } from '../environment/choose-environment.ts';

export const roles = ['deploy', 'operate', 'observe'] as const;
export type Role = (typeof roles)[number];

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** The stack that a policy is for. */
export interface PolicyScope extends Pick<Environment, 'region' | 'stack'> {
  readonly account: string;
  readonly bucket: string;
}

/** Returns the policy of a role: `deploy` changes the stack, `operate` changes orders, `observe` only lists them. */
export function buildPolicy(role: Role, place: PolicyScope): Policy {
  const arn = buildArns(place);
  const statements = {
    deploy: () => [...observeStatements(arn), ...deployStatements(arn, place)],
    operate: () => [...observeStatements(arn), ...readStatements(arn), ...operateStatements(arn)],
    observe: () => observeStatements(arn),
  };
  return { Version: '2012-10-17', Statement: statements[role]() };
}

type Arns = ReturnType<typeof buildArns>;

function buildArns({ region, account, stack }: PolicyScope) {
  const partition = partitionFor(region);
  const arn = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  return {
    stack: arn('cloudformation', `stack/${stack}/*`),
    transform: `arn:${partition}:cloudformation:${region}:aws:transform/Serverless-2016-10-31`,
    functions: arn('lambda', `function:${stack}-*`),
    workflow: arn('lambda', `function:${stack}-workflow`),
    live: arn('lambda', `function:${stack}-workflow:live`),
    executions: [
      arn('lambda', `function:${stack}-workflow:*`),
      arn('lambda', `function:${stack}-recovery:*`),
    ],
    recovery: arn('lambda', `function:${stack}-recovery`),
    table: (name: string) => arn('dynamodb', `table/${stack}-${name}-*`),
    tables: arn('dynamodb', `table/${stack}-*`),
    logs: arn('logs', `log-group:/aws/lambda/${stack}-*`),
    queue: arn('sqs', `${stack}-DeadLetters-*`),
    rule: arn('events', `rule/${stack}-*`),
    alarms: arn('cloudwatch', `alarm:${stack}-*`),
    dashboard: `arn:${partition}:cloudwatch::${account}:dashboard/${stack}`,
    role: `arn:${partition}:iam::${account}:role/${stack}-*`,
    api: arn('execute-api', '*/prod/*/orders*'),
    gateway: `arn:${partition}:apigateway:${region}::/*`,
    object: (bucket: string) => [
      `arn:${partition}:s3:::${bucket}`,
      `arn:${partition}:s3:::${bucket}/*`,
    ],
  };
}

const allow = (Sid: string, Action: readonly string[], Resource: readonly string[]): Statement => ({
  Sid,
  Effect: 'Allow',
  Action,
  Resource,
});

/** Permissions of `list`, `watch`, `metrics` and `doctor`: statuses, counts and settings, but no order content. */
function observeStatements(arn: Arns): Statement[] {
  return [
    allow('Stack', ['cloudformation:DescribeStacks', 'cloudformation:GetTemplate'], [arn.stack]),
    allow('Listing', ['dynamodb:Query'], [`${arn.table('OrdersTable')}/index/*`]),
    allow(
      'Executions',
      ['lambda:ListDurableExecutionsByFunction'],
      [arn.workflow, arn.recovery, ...arn.executions],
    ),
    allow(
      'Settings',
      [
        'dynamodb:DescribeTable',
        'lambda:GetAlias',
        'lambda:ListVersionsByFunction',
        'sqs:GetQueueAttributes',
      ],
      [arn.tables, arn.workflow, arn.recovery, ...arn.executions, arn.queue],
    ),
    // These two actions do not support resource-level permissions.
    allow('Account', ['lambda:GetAccountSettings', 'logs:DescribeLogGroups'], ['*']),
  ];
}

/** Permissions of `get`, `history`, `logs`, `inventory list` and `list --verify`: orders with their content. */
function readStatements(arn: Arns): Statement[] {
  return [
    allow(
      'Tables',
      ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'],
      [arn.tables],
    ),
    allow(
      'Execution',
      ['lambda:GetDurableExecution', 'lambda:GetDurableExecutionHistory'],
      [...arn.executions],
    ),
    allow('Logs', ['logs:FilterLogEvents'], [`${arn.logs}:*`, arn.logs]),
  ];
}

/** Permissions of `submit`, `cancel`, `pause`, `resume`, `retry`, `review`, `callback`, `repair`, `inventory set` and `dead-letters redrive`. */
function operateStatements(arn: Arns): Statement[] {
  return [
    allow('Submit', ['lambda:InvokeFunction'], [arn.live]),
    allow('Api', ['execute-api:Invoke'], [arn.api]),
    allow(
      'Steer',
      [
        'lambda:SendDurableExecutionCallbackFailure',
        'lambda:SendDurableExecutionCallbackHeartbeat',
        'lambda:SendDurableExecutionCallbackSuccess',
        'lambda:PauseDurableExecution',
        'lambda:ResumeDurableExecution',
        'lambda:StopDurableExecution',
      ],
      [...arn.executions],
    ),
    allow('Ask', ['dynamodb:UpdateItem'], [arn.table('OrdersTable'), arn.table('ProductsTable')]),
    allow(
      'DeadLetters',
      ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:ReceiveMessage'],
      [arn.queue],
    ),
    allow('Recover', ['lambda:InvokeFunction'], [`${arn.recovery}:live`]),
  ];
}

/** Permissions of `deploy`, `diff`, `destroy` and `versions`. CloudFormation uses the same permissions for the resources. */
function deployStatements(arn: Arns, { bucket }: PolicyScope): Statement[] {
  const cloudFormation = [
    'CreateChangeSet',
    'DeleteChangeSet',
    'DeleteStack',
    'DescribeChangeSet',
    'DescribeEvents',
    'DescribeStackEvents',
    'ExecuteChangeSet',
    'GetTemplate',
    'ListStackResources',
  ].map((action) => `cloudformation:${action}`);
  return [
    allow('Deploy', cloudFormation, [arn.stack]),
    allow('Transform', ['cloudformation:CreateChangeSet'], [arn.transform]),
    allow('Archives', s3, arn.object(bucket)),
    allow('Functions', lambda, [arn.functions, `${arn.functions}:*`]),
    allow(
      'CancelRunning',
      [
        'dynamodb:BatchGetItem',
        'dynamodb:UpdateItem',
        'lambda:ResumeDurableExecution',
        'lambda:StopDurableExecution',
      ],
      [arn.table('OrdersTable'), ...arn.executions],
    ),
    allow('TableSettings', tables, [arn.tables]),
    allow('Roles', roleActions, [arn.role]),
    allow('LogGroups', logs, [arn.logs, `${arn.logs}:*`]),
    allow('Queue', queues, [arn.queue]),
    allow('Rule', rules, [arn.rule]),
    allow(
      'Alarms',
      ['cloudwatch:DeleteAlarms', 'cloudwatch:DescribeAlarms', 'cloudwatch:PutMetricAlarm'],
      [arn.alarms],
    ),
    allow(
      'Dashboard',
      ['cloudwatch:DeleteDashboards', 'cloudwatch:GetDashboard', 'cloudwatch:PutDashboard'],
      [arn.dashboard],
    ),
    allow(
      'Gateway',
      [
        'apigateway:DELETE',
        'apigateway:GET',
        'apigateway:PATCH',
        'apigateway:POST',
        'apigateway:PUT',
      ],
      [arn.gateway],
    ),
    allow('Check', ['execute-api:Invoke'], [arn.api]),
  ];
}

const actionsOfService = (service: string, actions: string) =>
  actions.split(' ').map((action) => `${service}:${action}`);

const s3 = actionsOfService(
  's3',
  'CreateBucket DeleteBucket DeleteObject DeleteObjectVersion GetObject ListBucket ListBucketVersions PutBucketPolicy PutBucketPublicAccessBlock PutBucketVersioning PutLifecycleConfiguration PutObject',
);
const lambda = actionsOfService(
  'lambda',
  'AddPermission CreateAlias CreateFunction DeleteAlias DeleteFunction GetAlias GetFunction GetFunctionConfiguration GetPolicy InvokeFunction ListTags ListVersionsByFunction PublishVersion RemovePermission TagResource UntagResource UpdateAlias UpdateFunctionCode UpdateFunctionConfiguration',
);
const tables = actionsOfService(
  'dynamodb',
  'CreateTable DeleteTable DescribeContinuousBackups DescribeTable ListTagsOfResource TagResource UntagResource UpdateContinuousBackups UpdateTable',
);
const roleActions = actionsOfService(
  'iam',
  'CreateRole DeleteRole DeleteRolePolicy GetRole GetRolePolicy PassRole PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy',
);
const logs = actionsOfService(
  'logs',
  'CreateLogGroup DeleteLogGroup DescribeLogGroups ListTagsForResource PutRetentionPolicy TagResource UntagResource',
);
const queues = actionsOfService(
  'sqs',
  'CreateQueue DeleteQueue GetQueueAttributes GetQueueUrl ListQueueTags SetQueueAttributes TagQueue UntagQueue',
);
const rules = actionsOfService(
  'events',
  'DeleteRule DescribeRule PutRule PutTargets RemoveTargets TagResource UntagResource',
);
