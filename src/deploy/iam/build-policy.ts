/** Builds least-privilege policies for the users and pipelines of a stack, and the service role of CloudFormation. */
import { type Calls, commandCalls } from './command-calls.ts';
import { listHandlerCalls } from './handler-calls.ts';
import { type Policy, policyLimits, type Statement, splitPolicy } from './policy.ts';
import {
  type PolicyScope,
  type ResourceKindName,
  resolveResources,
  resourceKindNames,
} from './resources.ts';
import { type Role, roleCommands } from './roles.ts';

/** A policy with the name that it should have in IAM. */
export interface NamedPolicy {
  readonly name: string;
  readonly document: Policy;
}

/**
 * Returns the policies of a role, each within the limit of a managed policy: `observe` shows orders without their content, `operate`
 * changes orders, `deploy` changes the stack. With `scope.roleArn`, CloudFormation uses that role, and `deploy` needs no permissions for
 * the resources.
 */
export function buildPolicies(role: Role, scope: PolicyScope): NamedPolicy[] {
  const parts = splitPolicy(
    buildStatements(listRoleCalls(role, scope), scope),
    policyLimits.managed,
  );
  return parts.map((document, index) => ({
    name: `${scope.stack}-${role}${parts.length > 1 ? `-${index + 1}` : ''}`,
    document,
  }));
}

/** The service role with which CloudFormation deploys the stack. */
export interface ServiceRole {
  readonly name: string;
  readonly trust: object;
  readonly policies: readonly NamedPolicy[];
}

/** Returns the service role of a stack. Only CloudFormation in the same account may assume it. Its policies are inline. */
export function buildServiceRole(scope: PolicyScope, name: string): ServiceRole {
  const statements = buildStatements([...listHandlerCalls(), transform], scope);
  const parts = splitPolicy(statements, policyLimits.roleInline);
  return {
    name,
    trust: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudformation.amazonaws.com' },
          Action: 'sts:AssumeRole',
          // Another account must not use the role through its own stacks.
          Condition: { StringEquals: { 'aws:SourceAccount': scope.account } },
        },
      ],
    },
    policies: parts.map((document, index) => ({ name: `resources-${index + 1}`, document })),
  };
}

/** CloudFormation checks the transform of the template with the service role, if there is one. */
const transform: Calls = { Transform: ['cloudformation:CreateChangeSet'] };

function listRoleCalls(role: Role, { roleArn }: PolicyScope): Calls[] {
  const calls = roleCommands[role].flatMap((command) => commandCalls[command]?.needs ?? []);
  if (role !== 'deploy') return calls;
  if (roleArn === undefined) return [...calls, ...listHandlerCalls(), transform];
  return [...calls, { ServiceRole: ['iam:PassRole'] }];
}

/** Returns a statement for each kind of resources, without actions that another statement allows for the same resources. */
export function buildStatements(calls: readonly Calls[], scope: PolicyScope): Statement[] {
  const statements = resourceKindNames.flatMap((kind) => {
    const actions = [...new Set(calls.flatMap((call) => call[kind] ?? []))].sort();
    return actions.length > 0 ? [toStatement(kind, actions, scope)] : [];
  });
  return statements.flatMap((statement) => {
    const others = statements.filter((other) => other !== statement);
    const Action = statement.Action.filter(
      (action) => !others.some((other) => covers(other, statement, action)),
    );
    return Action.length > 0 ? [{ ...statement, Action }] : [];
  });
}

function toStatement(
  kind: ResourceKindName,
  actions: readonly string[],
  scope: PolicyScope,
): Statement {
  const { arns, condition } = resolveResources(kind, scope);
  return {
    Sid: kind,
    Effect: 'Allow',
    Action: actions,
    Resource: arns,
    ...(condition ? { Condition: condition } : {}),
  };
}

/** Whether `other` allows the action for all resources of `statement`, but not the reverse. */
function covers(other: Statement, statement: Statement, action: string): boolean {
  if (other.Condition || !other.Action.includes(action)) return false;
  const isAll = (outer: Statement, inner: Statement) =>
    outer.Resource.includes('*') || inner.Resource.every((arn) => outer.Resource.includes(arn));
  return isAll(other, statement);
}
