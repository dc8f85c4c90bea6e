import { AwsError } from '../wire/aws-error.ts';
import { type DenialReason, formatDenial } from './evaluate.ts';
import type { Permission } from './permission.ts';
import type { Principal } from './principal.ts';

/** The refusal of a request whose caller lacks a permission. Each protocol has its own status, body and spelling of the text. */
export class AccessDenied extends AwsError {
  readonly principal: Principal;
  readonly permission: Pick<Permission, 'action' | 'resource'>;
  readonly reason: DenialReason;

  constructor(
    principal: Principal,
    permission: Pick<Permission, 'action' | 'resource'>,
    reason: DenialReason,
  ) {
    super('AccessDeniedException', formatDenial(principal, permission, reason), { status: 403 });
    this.principal = principal;
    this.permission = permission;
    this.reason = reason;
  }

  /** Returns the text with another spelling of the action or of the resource. */
  format(spelling: Partial<Pick<Permission, 'action' | 'resource'>>): string {
    return formatDenial(this.principal, { ...this.permission, ...spelling }, this.reason);
  }
}
