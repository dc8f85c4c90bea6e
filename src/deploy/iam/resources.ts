/** The resources of a stack, and the patterns of their ARNs. Names that CloudFormation generates end with random characters. */

import { publicFields } from '../../../functions/contract/public-order.ts';
import { listingIndex } from '../../../functions/contract/tables.ts';
import { partitionFor } from '../../aws/partition.ts';
import type { Environment } from '../../environment/choose-environment.ts';
import { buildNamePatterns } from './generated-names.ts';
import type { ConditionBlock } from './policy.ts';

/** The stack that a policy is for. */
export interface PolicyScope extends Pick<Environment, 'region' | 'stack'> {
  readonly account: string;
  /** Bucket for the archives of deployments. */
  readonly bucket: string;
  /** Id of the deployed API. If absent, the policy covers all APIs with the same paths. */
  readonly apiId?: string | undefined;
  /** The service role with which CloudFormation deploys the stack. */
  readonly roleArn?: string | undefined;
}

interface ResourceKind {
  readonly arns: (arn: ArnBuilder) => readonly string[];
  readonly condition?: (scope: PolicyScope) => ConditionBlock;
}

const tables = [
  'OrdersTable',
  'ProductsTable',
  'PaymentsTable',
  'LoyaltyTable',
  'ProviderCallsTable',
] as const;
const roles = ['OrderProcessingRole', 'OrderRecoveryRole', 'OrderIntakeRole', 'OrderStatusRole'];
const functions = ['workflow', 'recovery', 'intake', 'status'];
const durableFunctions = ['workflow', 'recovery'];
const alarms = [
  'OrdersFailedAlarm',
  'OrdersTimedOutAlarm',
  'RecoveryFailedAlarm',
  'DeadLettersAlarm',
  'ApiErrorsAlarm',
];
const queue = 'DeadLetters';
const rule = 'OrderEndedRule';

/** Logical ids of the resources in template.yaml whose names CloudFormation generates. */
export const generatedIds: readonly string[] = [...tables, ...roles, ...alarms, queue, rule];

/** Maximum lengths of the names of roles and rules, and of queues. */
const maxLength = { role: 64, rule: 64, queue: 80 } as const;

const oneTable = (logicalId: (typeof tables)[number]): ResourceKind => ({
  arns: (arn) => arn.generated('dynamodb', 'table/', { id: logicalId }),
});

/** Kinds of resources by the `Sid` of their statement. */
const kinds = {
  Stack: { arns: (arn) => [arn.own('cloudformation', `stack/${arn.stack}/*`)] },
  Transform: {
    arns: ({ partition, region }) => [
      `arn:${partition}:cloudformation:${region}:aws:transform/Serverless-2016-10-31`,
    ],
  },
  Bucket: { arns: ({ partition, bucket }) => [`arn:${partition}:s3:::${bucket}`] },
  Archives: {
    arns: ({ partition, bucket }) =>
      ['functions', 'templates'].map((prefix) => `arn:${partition}:s3:::${bucket}/${prefix}/*`),
  },
  OrdersTable: oneTable('OrdersTable'),
  /**
   * Attributes of orders without personal data. A request without a projection reads all attributes, and has no list of them.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
   */
  OrderStates: {
    ...oneTable('OrdersTable'),
    condition: () => ({
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': publicFields },
      Null: { 'dynamodb:Attributes': 'false' },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    }),
  },
  /** The index has no personal data. */
  Listing: {
    arns: (arn) =>
      oneTable('OrdersTable')
        .arns(arn)
        .map((table) => `${table}/index/${listingIndex}`),
  },
  ProductsTable: oneTable('ProductsTable'),
  PaymentsTable: oneTable('PaymentsTable'),
  LoyaltyTable: oneTable('LoyaltyTable'),
  ProviderCallsTable: oneTable('ProviderCallsTable'),
  Tables: {
    arns: (arn) => tables.flatMap((id) => arn.generated('dynamodb', 'table/', { id })),
  },
  LiveAlias: { arns: (arn) => [arn.lambda('workflow:live')] },
  RecoveryAlias: { arns: (arn) => [arn.lambda('recovery:live')] },
  /** Functions as a request may name them: with and without a version or an alias. */
  DurableFunctions: {
    arns: (arn) => durableFunctions.flatMap((name) => [arn.lambda(name), arn.lambda(`${name}:*`)]),
  },
  /** Lambda checks actions on an execution on the ARN of its version. */
  Executions: { arns: (arn) => [arn.lambda('workflow:*')] },
  RecoveryExecutions: { arns: (arn) => [arn.lambda('recovery:*')] },
  Functions: {
    arns: (arn) => functions.flatMap((name) => [arn.lambda(name), arn.lambda(`${name}:*`)]),
  },
  /** Functions whose log lines commands read. Logs checks the reads on `:log-stream:`. */
  LogLines: {
    arns: (arn) => ['workflow', 'intake', 'status'].map((name) => `${arn.logGroup(name)}:*`),
  },
  /** Actions on the tags of a log group are checked on its ARN without `:*`. */
  LogGroups: {
    arns: (arn) => functions.flatMap((name) => [arn.logGroup(name), `${arn.logGroup(name)}:*`]),
  },
  DeadLetters: { arns: (arn) => arn.generated('sqs', '', { id: queue, max: maxLength.queue }) },
  Rule: { arns: (arn) => arn.generated('events', 'rule/', { id: rule, max: maxLength.rule }) },
  Alarms: { arns: (arn) => alarms.flatMap((id) => arn.generated('cloudwatch', 'alarm:', { id })) },
  Dashboard: {
    arns: ({ partition, account, stack }) => [
      `arn:${partition}:cloudwatch::${account}:dashboard/${stack}`,
    ],
  },
  Roles: { arns: (arn) => roles.flatMap((id) => arn.role(id)) },
  FunctionRoles: {
    arns: (arn) => roles.flatMap((id) => arn.role(id)),
    condition: () => passedTo('lambda'),
  },
  ServiceRole: {
    arns: ({ roleArn }) => [roleArn],
    condition: () => passedTo('cloudformation'),
  },
  Api: {
    arns: (arn) =>
      ['POST/orders', 'GET/orders/*'].map((path) =>
        arn.own('execute-api', `${arn.apiId}/prod/${path}`),
      ),
  },
  /** The id of an API is generated: a policy cannot name it before the deployment. */
  RestApis: {
    arns: ({ partition, region }) =>
      ['restapis', 'restapis/*', 'tags/*'].map(
        (path) => `arn:${partition}:apigateway:${region}::/${path}`,
      ),
  },
  /** Actions without resources, and `DescribeAlarms`, which is checked on all alarms. */
  Account: { arns: () => ['*'] },
} as const satisfies Record<string, ResourceKind>;

export type ResourceKindName = keyof typeof kinds;

export const resourceKindNames = Object.keys(kinds) as readonly ResourceKindName[];

/** Returns the ARN patterns of a kind, and the condition under which a statement covers them. */
export function resolveResources(
  name: ResourceKindName,
  scope: PolicyScope,
): { readonly arns: readonly string[]; readonly condition?: ConditionBlock } {
  const kind: ResourceKind = kinds[name];
  const arns = kind.arns(createArnBuilder(scope));
  return kind.condition ? { arns, condition: kind.condition(scope) } : { arns };
}

function passedTo(service: 'lambda' | 'cloudformation'): ConditionBlock {
  return { StringEquals: { 'iam:PassedToService': `${service}.amazonaws.com` } };
}

/** The logical id of a resource, and the maximum length of its name. */
interface GeneratedName {
  readonly id: string;
  readonly max?: number;
}

type ArnBuilder = ReturnType<typeof createArnBuilder>;

function createArnBuilder(scope: PolicyScope) {
  const { region, account, stack, bucket, apiId = '*' } = scope;
  const partition = partitionFor(region);
  const own = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  return {
    partition,
    region,
    account,
    stack,
    bucket,
    apiId,
    roleArn: scope.roleArn ?? `arn:${partition}:iam::${account}:role/${serviceRoleName(stack)}`,
    own,
    lambda: (name: string) => own('lambda', `function:${stack}-${name}`),
    logGroup: (name: string) => own('logs', `log-group:/aws/lambda/${stack}-${name}`),
    role: (logicalId: string) =>
      buildNamePatterns(stack, logicalId, maxLength.role).map(
        (name) => `arn:${partition}:iam::${account}:role/${name}`,
      ),
    /** Returns the ARNs of a generated name. `prefix` is the part of the ARN before the name. */
    generated: (service: string, prefix: string, { id, max }: GeneratedName) =>
      buildNamePatterns(stack, id, max).map((name) => own(service, `${prefix}${name}`)),
  };
}

/** Returns the name of the service role for CloudFormation, unless the user chooses another. */
export function serviceRoleName(stack: string): string {
  return `${stack}-cloudformation`;
}
