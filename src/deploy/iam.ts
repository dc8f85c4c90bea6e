/** Policies that hold no more than what people and pipelines need who use a stack. */

import { partitionOf } from '../aws/partition.ts';
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

/** Whose the policy is for: the account is a placeholder where it is not known. */
export interface Place extends Pick<Environment, 'region' | 'stack'> {
  readonly account: string;
  readonly bucket: string;
}

/** What one may do who deploys and destroys the stack, works on its orders, or only looks at them. */
export function policyFor(role: Role, place: Place): Policy {
  const arn = arns(place);
  const statements = {
    deploy: () => [...looking(arn), ...deploying(arn, place)],
    operate: () => [...looking(arn), ...reading(arn), ...operating(arn)],
    observe: () => looking(arn),
  };
  return { Version: '2012-10-17', Statement: statements[role]() };
}

type Arns = ReturnType<typeof arns>;

function arns({ region, account, stack }: Place) {
  const partition = partitionOf(region);
  const of = (service: string, what: string) =>
    `arn:${partition}:${service}:${region}:${account}:${what}`;
  return {
    stack: of('cloudformation', `stack/${stack}/*`),
    transform: `arn:${partition}:cloudformation:${region}:aws:transform/Serverless-2016-10-31`,
    functions: of('lambda', `function:${stack}-*`),
    workflow: of('lambda', `function:${stack}-workflow`),
    live: of('lambda', `function:${stack}-workflow:live`),
    executions: [
      of('lambda', `function:${stack}-workflow:*`),
      of('lambda', `function:${stack}-recovery:*`),
    ],
    recovery: of('lambda', `function:${stack}-recovery`),
    table: (name: string) => of('dynamodb', `table/${stack}-${name}-*`),
    tables: of('dynamodb', `table/${stack}-*`),
    logs: of('logs', `log-group:/aws/lambda/${stack}-*`),
    queue: of('sqs', `${stack}-DeadLetters-*`),
    rule: of('events', `rule/${stack}-*`),
    alarms: of('cloudwatch', `alarm:${stack}-*`),
    dashboard: `arn:${partition}:cloudwatch::${account}:dashboard/${stack}`,
    role: `arn:${partition}:iam::${account}:role/${stack}-*`,
    api: of('execute-api', '*/prod/*/orders*'),
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

/** `list`, `watch`, `metrics`, `doctor`: statuses, counts and settings, no order's content. */
function looking(arn: Arns): Statement[] {
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
    // These two are given for everything or for nothing.
    allow('Account', ['lambda:GetAccountSettings', 'logs:DescribeLogGroups'], ['*']),
  ];
}

/** `get`, `history`, `logs`, `inventory list`, `list --verify`: orders with their content. */
function reading(arn: Arns): Statement[] {
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

/** `submit`, `cancel`, `retry`, `review`, `callback`, `repair`, `inventory set`, `dead-letters redrive`. */
function operating(arn: Arns): Statement[] {
  return [
    allow('Submit', ['lambda:InvokeFunction'], [arn.live]),
    allow('Api', ['execute-api:Invoke'], [arn.api]),
    allow(
      'Steer',
      [
        'lambda:SendDurableExecutionCallbackFailure',
        'lambda:SendDurableExecutionCallbackHeartbeat',
        'lambda:SendDurableExecutionCallbackSuccess',
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

/** `deploy`, `diff`, `destroy`, `versions`; what CloudFormation does for it, it does with the same rights. */
function deploying(arn: Arns, { bucket }: Place): Statement[] {
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
  ].map((each) => `cloudformation:${each}`);
  return [
    allow('Deploy', cloudFormation, [arn.stack]),
    allow('Transform', ['cloudformation:CreateChangeSet'], [arn.transform]),
    allow('Archives', s3, arn.object(bucket)),
    allow('Functions', lambda, [arn.functions, `${arn.functions}:*`]),
    allow(
      'CancelRunning',
      ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'lambda:StopDurableExecution'],
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

const named = (service: string, actions: string) =>
  actions.split(' ').map((each) => `${service}:${each}`);

const s3 = named(
  's3',
  'CreateBucket DeleteBucket DeleteObject DeleteObjectVersion GetObject ListBucket ListBucketVersions PutBucketPolicy PutBucketPublicAccessBlock PutBucketVersioning PutLifecycleConfiguration PutObject',
);
const lambda = named(
  'lambda',
  'AddPermission CreateAlias CreateFunction DeleteAlias DeleteFunction GetAlias GetFunction GetFunctionConfiguration GetPolicy InvokeFunction ListTags ListVersionsByFunction PublishVersion RemovePermission TagResource UntagResource UpdateAlias UpdateFunctionCode UpdateFunctionConfiguration',
);
const tables = named(
  'dynamodb',
  'CreateTable DeleteTable DescribeContinuousBackups DescribeTable ListTagsOfResource TagResource UntagResource UpdateContinuousBackups UpdateTable',
);
const roleActions = named(
  'iam',
  'CreateRole DeleteRole DeleteRolePolicy GetRole GetRolePolicy PassRole PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy',
);
const logs = named(
  'logs',
  'CreateLogGroup DeleteLogGroup DescribeLogGroups ListTagsForResource PutRetentionPolicy TagResource UntagResource',
);
const queues = named(
  'sqs',
  'CreateQueue DeleteQueue GetQueueAttributes GetQueueUrl ListQueueTags SetQueueAttributes TagQueue UntagQueue',
);
const rules = named(
  'events',
  'DeleteRule DescribeRule PutRule PutTargets RemoveTargets TagResource UntagResource',
);
