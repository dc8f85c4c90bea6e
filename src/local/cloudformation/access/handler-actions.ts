/**
 * The actions that CloudFormation's handlers perform, as the public schemas of the resource types declare them (`handlers`, `tagging`;
 * schemas of 2026-10-20, the same in all regions that were compared). Actions of features that the runtime does not support are left
 * out, for example of table replicas. AWS does not publish which actions a handler performs in which case: all count as needed.
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
 */

export type HandlerOperation = 'create' | 'read' | 'update' | 'delete';

interface HandlerActions {
  /** Prefix of actions without a prefix of their own. */
  readonly service: string;
  /** Actions of each operation, separated by spaces, without the actions of `read` and `tag`. */
  readonly create?: string;
  readonly read?: string;
  readonly update?: string;
  readonly delete?: string;
  /** Actions on tags: CloudFormation puts its own tags and the tags of the stack on each resource. */
  readonly tag?: string;
}

const actionsByType: Readonly<Record<string, HandlerActions>> = {
  'AWS::ApiGateway::Deployment': {
    service: 'apigateway',
    create: 'PATCH POST PUT',
    read: 'GET',
    update: 'DELETE PATCH PUT',
    delete: 'DELETE GET',
  },
  'AWS::ApiGateway::RestApi': {
    service: 'apigateway',
    create: 'PATCH POST',
    read: 'GET',
    update: 'PATCH',
    delete: 'DELETE',
    tag: 'DELETE PUT',
  },
  'AWS::ApiGateway::Stage': {
    service: 'apigateway',
    create: 'PATCH POST',
    read: 'GET',
    update: 'PATCH',
    delete: 'DELETE',
    tag: 'DELETE PUT',
  },
  'AWS::CloudWatch::Alarm': {
    service: 'cloudwatch',
    create: 'PutMetricAlarm',
    read: 'DescribeAlarms ListTagsForResource',
    update: 'PutMetricAlarm',
    delete: 'DeleteAlarms DescribeAlarms',
    tag: 'TagResource UntagResource',
  },
  'AWS::CloudWatch::Dashboard': {
    service: 'cloudwatch',
    create: 'PutDashboard',
    read: 'GetDashboard ListTagsForResource',
    update: 'PutDashboard',
    delete: 'DeleteDashboards GetDashboard',
    tag: 'TagResource UntagResource',
  },
  'AWS::DynamoDB::Table': {
    service: 'dynamodb',
    create: 'CreateTable UpdateContinuousBackups UpdateTable',
    read: 'DescribeContinuousBackups DescribeContributorInsights DescribeKinesisStreamingDestination DescribeTable DescribeTimeToLive GetResourcePolicy ListTagsOfResource',
    update: 'CreateTable UpdateContinuousBackups UpdateTable',
    delete: 'DeleteTable DescribeTable',
    tag: 'TagResource UntagResource',
  },
  'AWS::Events::Rule': {
    service: 'events',
    create: 'PutRule PutTargets',
    read: 'DescribeRule ListTagsForResource ListTargetsByRule',
    update: 'PutRule PutTargets RemoveTargets',
    delete: 'DeleteRule DescribeRule ListTargetsByRule RemoveTargets',
    tag: 'TagResource UntagResource',
  },
  'AWS::IAM::Role': {
    service: 'iam',
    create: 'CreateRole PutRolePolicy',
    read: 'GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies',
    update:
      'DeleteRolePolicy DetachRolePolicy PutRolePolicy UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription',
    delete:
      'DeleteRole DeleteRolePolicy DetachRolePolicy GetRole ListAttachedRolePolicies ListRolePolicies TagRole UntagRole',
    tag: 'ListRoleTags TagRole UntagRole',
  },
  'AWS::Lambda::Alias': {
    service: 'lambda',
    create: 'CreateAlias',
    read: 'GetAlias GetProvisionedConcurrencyConfig',
    update: 'UpdateAlias',
    delete: 'DeleteAlias GetAlias',
  },
  'AWS::Lambda::EventInvokeConfig': {
    service: 'lambda',
    create: 'PutFunctionEventInvokeConfig',
    read: 'GetFunctionEventInvokeConfig',
    update: 'UpdateFunctionEventInvokeConfig',
    delete: 'DeleteFunctionEventInvokeConfig',
  },
  'AWS::Lambda::Function': {
    service: 'lambda',
    create: 'iam:PassRole CreateFunction s3:GetObject s3:GetObjectVersion',
    read: 'GetFunction GetFunctionCodeSigningConfig GetFunctionRecursionConfig GetFunctionScalingConfig GetRuntimeManagementConfig',
    update:
      'iam:PassRole PublishVersion UpdateFunctionCode UpdateFunctionConfiguration s3:GetObject s3:GetObjectVersion',
    delete: 'DeleteFunction GetFunction',
    tag: 'ListTags TagResource UntagResource',
  },
  'AWS::Lambda::Permission': {
    service: 'lambda',
    create: 'AddPermission',
    read: 'GetPolicy',
    delete: 'RemovePermission',
  },
  'AWS::Lambda::Url': {
    service: 'lambda',
    create: 'CreateFunctionUrlConfig',
    read: 'GetFunctionUrlConfig',
    update: 'UpdateFunctionUrlConfig',
    delete: 'DeleteFunctionUrlConfig',
  },
  'AWS::Lambda::Version': {
    service: 'lambda',
    create: 'ListVersionsByFunction PublishVersion',
    read: 'GetFunctionConfiguration GetFunctionScalingConfig GetProvisionedConcurrencyConfig GetRuntimeManagementConfig',
    delete: 'DeleteFunction GetFunctionConfiguration',
  },
  'AWS::Logs::LogGroup': {
    service: 'logs',
    create: 'CreateLogGroup PutRetentionPolicy',
    read: 'DescribeIndexPolicies DescribeLogGroups DescribeResourcePolicies GetDataProtectionPolicy ListTagsForResource',
    update: 'DeleteRetentionPolicy PutRetentionPolicy',
    delete: 'DeleteDataProtectionPolicy DeleteLogGroup DescribeLogGroups',
    tag: 'TagResource UntagResource',
  },
  'AWS::SQS::Queue': {
    service: 'sqs',
    create: 'CreateQueue GetQueueUrl',
    read: 'GetQueueAttributes ListQueueTags',
    update: 'SetQueueAttributes',
    delete: 'DeleteQueue GetQueueAttributes',
    tag: 'TagQueue UntagQueue',
  },
  'AWS::SSM::Parameter': {
    service: 'ssm',
    create: 'PutParameter',
    read: 'GetParameters',
    update: 'PutParameter RemoveTagsFromResource',
    delete: 'DeleteParameter',
    tag: 'AddTagsToResource',
  },
  'AWS::SQS::QueuePolicy': {
    service: 'sqs',
    create: 'SetQueueAttributes',
    update: 'SetQueueAttributes',
    delete: 'SetQueueAttributes',
  },
};

/**
 * Returns the actions that an operation on a resource needs, each once; undefined for an unknown type. A handler reads the resource that
 * it has created or updated.
 */
export function listHandlerActions(
  type: string,
  operation: HandlerOperation,
): readonly string[] | undefined {
  const actions = Object.hasOwn(actionsByType, type) ? actionsByType[type] : undefined;
  if (!actions) return undefined;
  const writes = operation === 'create' || operation === 'update';
  const texts = [actions[operation], ...(writes ? [actions.read, actions.tag] : [])];
  const names = texts.flatMap((text) => text?.split(' ') ?? []);
  return [...new Set(names)].map((name) =>
    name.includes(':') ? name : `${actions.service}:${name}`,
  );
}

/** Whether an action concerns tags only. AWS reports its denial with an error code of its own. */
export function isTagAction(type: string, action: string): boolean {
  const { service = '', tag = '' } = actionsByType[type] ?? {};
  return service !== 'apigateway' && tag.split(' ').some((name) => `${service}:${name}` === action);
}
