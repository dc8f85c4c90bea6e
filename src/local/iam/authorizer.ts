import type { Caller } from './condition-keys.ts';
import { type Decision, evaluate, formatDenial, type Outcome } from './evaluate.ts';
import type { Permission } from './permission.ts';
import type { Policy } from './policy-document.ts';
import { formatPrincipalArn, type Principal } from './principal.ts';

/** Decides whether principals may do what they request. */
export interface Authorizer {
  authorize(principal: Principal, permission: Permission): Decision;
  /** Returns the denial of the first permission that is missing. */
  authorizeAll(principal: Principal, permissions: readonly Permission[]): Decision;
}

export interface AuthorizerDeps {
  /** Returns the policies of a user or of the role of a session; an empty list if it does not exist. */
  readonly identityPolicies: (principal: Principal) => readonly Policy[];
  /** Returns the policy of a resource; undefined if it has none. */
  readonly resourcePolicy: (arn: string) => Policy | undefined;
  /** Returns the ARN of a role, with its path; undefined if it does not exist. */
  readonly roleArn?: (name: string) => string | undefined;
  /** Returns a number that is different after every change of a policy; undefined while changes are not committed. */
  readonly generation: () => number | undefined;
  /** False if functions and services may do everything. Users are always restricted to their policies. */
  readonly enforced?: boolean;
}

/** Number of cached decisions. Each execution has its own ARN, so their number is not limited by the policies. */
const maxCachedDecisions = 20_000;

const allowed: Decision = { allowed: true };

/**
 * Creates the authorizer of a runtime. It caches decisions until a policy changes, but not those about users: their policies change
 * without a new generation.
 */
export function createAuthorizer(deps: AuthorizerDeps): Authorizer {
  const { identityPolicies, resourcePolicy, generation, enforced = true } = deps;
  const cache = new Map<string, Outcome>();
  let cachedGeneration: number | undefined;

  function decide(principal: Principal, permission: Permission): Outcome {
    const current = generation();
    if (current !== cachedGeneration) {
      cache.clear();
      cachedGeneration = current;
    }
    const key = `${formatCacheKey(principal)} ${permission.action} ${permission.resource}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const { outcome, cacheable } = evaluate(toCaller(principal), permission, {
      identity: identityPolicies(principal),
      resource: resourcePolicy(toPolicyHolder(permission.resource)),
    });
    if (cacheable && current !== undefined && principal.kind !== 'user') {
      if (cache.size >= maxCachedDecisions) cache.clear();
      cache.set(key, outcome);
    }
    return outcome;
  }

  function toCaller(principal: Principal): Caller {
    const arn =
      (principal.kind === 'session' ? deps.roleArn?.(principal.role) : undefined) ??
      formatPrincipalArn(principal);
    return { principal, arn };
  }

  function authorize(principal: Principal, permission: Permission): Decision {
    // AWS lets everybody ask who they are: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    if (permission.action === 'sts:GetCallerIdentity') return allowed;
    if (!enforced && (principal.kind === 'session' || principal.kind === 'service')) return allowed;
    const reason = decide(principal, permission);
    if (reason === 'allowed') return allowed;
    return { allowed: false, reason, message: formatDenial(principal, permission, reason) };
  }

  return {
    authorize,
    authorizeAll(principal, permissions) {
      for (const permission of permissions) {
        const decision = authorize(principal, permission);
        if (!decision.allowed) return decision;
      }
      return allowed;
    },
  };
}

/** Returns a text that two principals share only if the same policies and condition keys apply to them. */
function formatCacheKey(principal: Principal): string {
  switch (principal.kind) {
    case 'user':
      return `user/${principal.name}`;
    case 'session':
      return `role/${principal.role}/${principal.session}`;
    case 'service':
      return `${principal.service} ${principal.sourceArn}`;
    default:
      return principal.kind;
  }
}

/** Returns the ARN of the resource that holds the policy: an object is covered by the policy of its bucket. */
function toPolicyHolder(arn: string): string {
  return arn.startsWith('arn:aws:s3:::') ? (arn.split('/', 1)[0] ?? arn) : arn;
}
