/** The requests that CloudFormation makes for the resources of the template. */
import {
  type HandlerOperation,
  listHandlerActions,
} from '../../local/cloudformation/access/handler-actions.ts';
import type { Calls } from './command-calls.ts';
import type { ResourceKindName } from './resources.ts';

/** The kinds of the template's resources, by type. */
export const kindsByType = {
  'AWS::ApiGateway::Deployment': 'RestApis',
  'AWS::ApiGateway::RestApi': 'RestApis',
  'AWS::ApiGateway::Stage': 'RestApis',
  'AWS::CloudWatch::Alarm': 'Alarms',
  'AWS::CloudWatch::Dashboard': 'Dashboard',
  'AWS::DynamoDB::Table': 'Tables',
  'AWS::Events::Rule': 'Rule',
  'AWS::IAM::Role': 'Roles',
  'AWS::Lambda::Alias': 'Functions',
  'AWS::Lambda::Function': 'Functions',
  'AWS::Lambda::Permission': 'Functions',
  'AWS::Lambda::Version': 'Functions',
  'AWS::Logs::LogGroup': 'LogGroups',
  'AWS::SQS::Queue': 'DeadLetters',
  'AWS::SQS::QueuePolicy': 'DeadLetters',
} as const satisfies Record<string, ResourceKindName>;

/** Actions that a handler performs on something else than its resource. */
const kindsByAction: Readonly<Record<string, ResourceKindName>> = {
  'iam:PassRole': 'FunctionRoles',
  's3:GetObject': 'Archives',
  's3:GetObjectVersion': 'Archives',
  'cloudwatch:DescribeAlarms': 'Account',
  'logs:DescribeLogGroups': 'Account',
  'logs:DescribeResourcePolicies': 'Account',
};

const operations: readonly HandlerOperation[] = ['create', 'read', 'update', 'delete'];

/** Returns the requests of all handlers for the types of the template. */
export function listHandlerCalls(): Calls[] {
  return Object.entries(kindsByType).flatMap(([type, kind]) =>
    operations.flatMap((operation) =>
      (listHandlerActions(type, operation) ?? []).map((action) => ({
        [kindsByAction[action] ?? kind]: [action],
      })),
    ),
  );
}
