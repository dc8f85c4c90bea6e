import { account, partition } from '../shared/account.ts';
import type { Caller } from './condition-keys.ts';
import { malformed } from './errors.ts';
import { formatPrincipal } from './principal.ts';

/**
 * The kind of a policy's owner. An identity policy names no principal; a resource policy and the trust policy of a role name one, and a
 * trust policy names no resource.
 */
export type PolicyKind = 'identity' | 'resource' | 'trust';

/** Reports whether a statement with an effect names a caller. */
export type PrincipalMatcher = (caller: Caller, effect: 'Allow' | 'Deny') => boolean;

const everybody: PrincipalMatcher = () => true;

/**
 * Returns the matcher of a statement's `Principal` element. Throws MalformedPolicyDocument if the element is missing, not allowed in
 * this kind of policy, or of a type that the runtime does not implement.
 */
export function compilePrincipals(
  { Principal: principal, NotPrincipal: opposite }: Readonly<Record<string, unknown>>,
  kind: PolicyKind,
): PrincipalMatcher {
  if (kind === 'identity') {
    if (principal === undefined && opposite === undefined) return everybody;
    throw malformed('Policy document should not specify a principal.');
  }
  if (opposite !== undefined) {
    throw malformed('The local runtime does not implement the element NotPrincipal');
  }
  if (principal === undefined) throw malformed('Missing required field Principal');
  if (principal === '*') return everybody;
  if (typeof principal !== 'object' || principal === null || Array.isArray(principal)) {
    throw malformed(`Invalid principal in policy: ${JSON.stringify(principal)}`);
  }
  const matchers = Object.entries(principal).flatMap(([type, names]) =>
    [names].flat().map((name: unknown) => {
      if (typeof name !== 'string') throw malformed('Invalid principal in policy');
      return compilePrincipal(type, name);
    }),
  );
  if (matchers.length === 0) throw malformed('Missing required field Principal');
  return (caller, effect) => matchers.some((matches) => matches(caller, effect));
}

function compilePrincipal(type: string, name: string): PrincipalMatcher {
  if (type === 'Service') return ({ principal }) => formatService(principal) === name;
  if (type !== 'AWS') {
    throw malformed(`The local runtime does not implement principals of type ${type}`);
  }
  if (name === '*') return everybody;
  const [, accountId] =
    new RegExp(`^(?:arn:${partition}:iam::)?(\\d{12})(?::root)?$`).exec(name) ?? [];
  if (accountId !== undefined) return compileAccount(accountId);
  if (/^arn:[a-z-]+:(iam::\d{12}:(role|user)|sts::\d{12}:assumed-role)\/[^*?]+$/.test(name)) {
    return ({ principal, arn }) => arn === name || formatPrincipal(principal) === name;
  }
  throw malformed(`Invalid principal in policy: "AWS":"${name}"`);
}

/** An account in a resource policy leaves the permission to the account's identity policies, but a denial applies to all of them. */
function compileAccount(accountId: string): PrincipalMatcher {
  return ({ principal, arn }, effect) =>
    accountId === account && arn !== undefined && (effect === 'Deny' || principal.kind === 'root');
}

function formatService(principal: Caller['principal']): string | undefined {
  return principal.kind === 'service' ? principal.service : undefined;
}
