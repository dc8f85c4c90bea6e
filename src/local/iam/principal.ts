import { account, partition } from '../shared/account.ts';

/** The identity that makes a request. */
export type Principal =
  /** The account's root: the credentials of the project. May do everything that no statement denies explicitly. */
  | { readonly kind: 'root' }
  /** A user with the policies that were registered for the name. */
  | { readonly kind: 'user'; readonly name: string }
  /** A session of a role: a function's handler, or CloudFormation with a service role. */
  | { readonly kind: 'session'; readonly role: string; readonly session: string }
  /** A service that acts for one of its resources, for example `events.amazonaws.com` for a rule. */
  | { readonly kind: 'service'; readonly service: string; readonly sourceArn: string }
  /** A request without a signature. */
  | { readonly kind: 'anonymous' };

/** Returns the ARN of a principal as AWS writes it in errors; the name of a service for a service. */
export function formatPrincipal(principal: Principal): string {
  switch (principal.kind) {
    case 'root':
      return `arn:${partition}:iam::${account}:root`;
    case 'user':
      return `arn:${partition}:iam::${account}:user/${principal.name}`;
    case 'session':
      return `arn:${partition}:sts::${account}:assumed-role/${principal.role}/${principal.session}`;
    case 'service':
      return principal.service;
    case 'anonymous':
      return 'anonymous';
  }
}

/**
 * Returns the ARN of a user, of the account's root, or of the role of a session (without the role's path); undefined for a service and
 * for an anonymous request.
 */
export function formatPrincipalArn(principal: Principal): string | undefined {
  if (principal.kind === 'session')
    return `arn:${partition}:iam::${account}:role/${principal.role}`;
  if (principal.kind === 'service' || principal.kind === 'anonymous') return undefined;
  return formatPrincipal(principal);
}
