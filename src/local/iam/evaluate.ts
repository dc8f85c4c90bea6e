import { type Caller, createContext } from './condition-keys.ts';
import type { Permission } from './permission.ts';
import { applies, type Policy, type Statement } from './policy-document.ts';
import { formatPrincipal, type Principal } from './principal.ts';

/** Why a permission is missing. */
export type DenialReason =
  /** No policy of the caller, and no policy of the resource, allows the action. */
  | 'implicit'
  /** Decides for a service, which has no policies of its own. */
  | 'implicit-resource'
  | 'explicit-identity'
  | 'explicit-resource';

export interface Denial {
  readonly allowed: false;
  readonly reason: DenialReason;
  /** The text of AWS, which names the caller, the action and the resource. */
  readonly message: string;
}

export type Decision = { readonly allowed: true } | Denial;

/** The policies that decide about a permission. */
export interface ApplicablePolicies {
  readonly identity: readonly Policy[];
  readonly resource: Policy | undefined;
}

/** The result of an evaluation without the text of the denial. */
export type Outcome = 'allowed' | DenialReason;

export interface Evaluation {
  readonly outcome: Outcome;
  /** False if another request of the same caller for the same action and resource can have another outcome. */
  readonly cacheable: boolean;
}

/**
 * Decides about one permission: an explicit deny of any policy wins, then one allow of the identity or of the resource is enough, as
 * within one account. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(
  caller: Caller,
  permission: Permission,
  { identity, resource }: ApplicablePolicies,
): Evaluation {
  const own = identity.flatMap(({ statements }) => select(statements, caller, permission));
  const target = select(resource?.statements ?? [], caller, permission);
  const cacheable = ![...own, ...target].some(({ condition }) => condition?.dependsOnRequest);
  const context = createContext(caller, permission);
  const has = (statements: readonly Statement[], effect: Statement['effect']) =>
    statements.some(
      (statement) => statement.effect === effect && (statement.condition?.matches(context) ?? true),
    );
  const { kind } = caller.principal;
  const implicit = kind === 'service' ? 'implicit-resource' : 'implicit';
  const outcome = has(own, 'Deny')
    ? 'explicit-identity'
    : has(target, 'Deny')
      ? 'explicit-resource'
      : kind === 'root' || has(own, 'Allow') || has(target, 'Allow')
        ? 'allowed'
        : implicit;
  return { outcome, cacheable };
}

/** Returns the statements that name the caller, the action and the resource, whatever their conditions are. */
function select(
  statements: readonly Statement[],
  caller: Caller,
  permission: Permission,
): Statement[] {
  return statements.filter(
    (statement) => statement.covers(permission) && statement.names(caller, statement.effect),
  );
}

/**
 * Reports whether the trust policy of a role lets a service assume it.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 */
export function trusts(policy: Policy, service: Principal & { kind: 'service' }): boolean {
  const caller = { principal: service, arn: undefined };
  const permission = { action: 'sts:AssumeRole', resource: '*' };
  const found = policy.statements.filter((statement) => applies(statement, caller, permission));
  return found.length > 0 && found.every(({ effect }) => effect === 'Allow');
}

/** Returns the text with which AWS denies a permission. */
export function formatDenial(
  principal: Principal,
  { action, resource }: Pick<Permission, 'action' | 'resource'>,
  reason: DenialReason,
): string {
  const start = `User: ${formatPrincipal(principal)} is not authorized to perform: ${action} on resource: ${resource}`;
  switch (reason) {
    case 'implicit':
      return `${start} because no identity-based policy allows the ${action} action`;
    case 'implicit-resource':
      return `${start} because no resource-based policy allows the ${action} action`;
    case 'explicit-identity':
      return `${start} with an explicit deny in an identity-based policy`;
    case 'explicit-resource':
      return `${start} with an explicit deny in a resource-based policy`;
  }
}
