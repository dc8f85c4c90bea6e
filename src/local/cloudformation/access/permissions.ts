import {
  type Permission,
  requestTagConditions,
  requirePermission,
  resourceTagConditions,
} from '../../iam/permission.ts';
import { account, partition } from '../../shared/account.ts';
import { readStructures } from '../query-protocol.ts';
import type { StackRepository, StackState } from '../stacks/stack-repository.ts';

type PermissionRule = (form: URLSearchParams, region: string) => readonly Permission[];

/** The permissions that each operation needs. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html */
export function permissionRules(
  repository: StackRepository,
): Readonly<Record<string, PermissionRule>> {
  const onStack =
    (action: string): PermissionRule =>
    (form, region) => [
      requireStack(action, { form, region, stack: repository.find(form.get('StackName') ?? '') }),
    ];
  /** An operation on a stack, or without a name on all stacks. That needs all of the actions. */
  const onStackOrEverything =
    ([action = '', ...others]: readonly string[]): PermissionRule =>
    (form, region) =>
      form.get('StackName')
        ? onStack(action)(form, region)
        : [action, ...others].flatMap((name) => onEverything(name)(form, region));
  /** An operation that deploys: the caller also passes the service role that the request may name. */
  const onDeployment =
    (action: string): PermissionRule =>
    (form, region) => [...onStack(action)(form, region), ...requirePassRole(form)];
  /**
   * An operation on a change set is authorized on the stack of the change set, even if the request names another stack: an id is enough
   * to find a change set.
   */
  const onChangeSet =
    (action: string): PermissionRule =>
    (form, region) => {
      const name = form.get('StackName') ?? '';
      const setName = form.get('ChangeSetName') ?? '';
      const set = repository.findChangeSet(setName, repository.find(name)?.id);
      const stack = repository.find(set?.stackId ?? name);
      return [requireStack(action, { form, region, stack })];
    };
  return {
    CreateStack: onDeployment('CreateStack'),
    UpdateStack: onDeployment('UpdateStack'),
    DeleteStack: onDeployment('DeleteStack'),
    CreateChangeSet: onDeployment('CreateChangeSet'),
    DescribeChangeSet: onChangeSet('DescribeChangeSet'),
    ExecuteChangeSet: onChangeSet('ExecuteChangeSet'),
    DeleteChangeSet: onChangeSet('DeleteChangeSet'),
    DescribeStackEvents: onStack('DescribeStackEvents'),
    DescribeStackResource: onStack('DescribeStackResource'),
    DescribeStackResources: onStack('DescribeStackResources'),
    ListStackResources: onStack('ListStackResources'),
    GetTemplate: onStack('GetTemplate'),
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
    DescribeStacks: onStackOrEverything(['DescribeStacks', 'ListStacks']),
    ListStacks: onEverything('ListStacks'),
    ValidateTemplate: onEverything('ValidateTemplate'),
    GetTemplateSummary: onStackOrEverything(['GetTemplateSummary']),
  };
}

function onEverything(action: string): PermissionRule {
  return (form) => [requirePermission(`cloudformation:${action}`, '*', () => readKeys(form))];
}

interface StackRequest {
  readonly form: URLSearchParams;
  readonly region: string;
  readonly stack: StackState | undefined;
}

/** The resource of a stack that does not exist is all stacks of its name. */
function requireStack(action: string, { form, region, stack }: StackRequest): Permission {
  const name = form.get('StackName') ?? '';
  const id = [name, form.get('ChangeSetName') ?? ''].find((text) => text.startsWith('arn:'));
  const unknown = id ?? `arn:${partition}:cloudformation:${region}:${account}:stack/${name}/*`;
  return requirePermission(`cloudformation:${action}`, stack?.id ?? unknown, () => ({
    ...readKeys(form),
    ...resourceTagConditions(
      Object.fromEntries((stack?.tags ?? []).map(({ key, value }) => [key, value])),
    ),
  }));
}

function readKeys(form: URLSearchParams) {
  const tags = readStructures(form, 'Tags').map(({ Key = '', Value = '' }) => [Key, Value]);
  // An ARN ends with the name and the id of the change set.
  const changeSet = form.get('ChangeSetName')?.replace(/^arn:.*:changeSet\/([^/]*)\/.*$/, '$1');
  return {
    ...requestTagConditions(Object.fromEntries(tags) as Record<string, string>),
    'cloudformation:ChangeSetName': changeSet,
    'cloudformation:RoleArn': form.get('RoleARN') ?? undefined,
    'cloudformation:TemplateUrl': form.get('TemplateURL') ?? undefined,
  };
}

function requirePassRole(form: URLSearchParams): Permission[] {
  const role = form.get('RoleARN');
  if (!role) return [];
  return [
    requirePermission('iam:PassRole', role, () => ({
      'iam:PassedToService': 'cloudformation.amazonaws.com',
    })),
  ];
}
