import { Flags } from '@oclif/core';
import {
  buildPolicies,
  buildServiceRole,
  type NamedPolicy,
  type ServiceRole,
} from '../../deploy/iam/build-policy.ts';
import { serviceRoleName } from '../../deploy/iam/resources.ts';
import type { Role } from '../../deploy/iam/roles.ts';
import { findApiId, readPolicyScope } from '../../deploy/policy-scope.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';

/** Flags of the commands that print policies. */
export const policyFlags = {
  account: Flags.string({
    description: 'account id (default: from the credentials)',
    helpValue: '<id>',
  }),
  part: Flags.integer({
    description: 'print only this document',
    helpValue: '<n>',
    min: 1,
  }),
};

/**
 * Returns the policies of a role for the target's stack. Reads the account from STS unless it is known, and then also the id of
 * the API, which the policy otherwise cannot name.
 */
export async function readPolicies(
  target: Target,
  role: Role,
  account?: string,
): Promise<NamedPolicy[]> {
  const scope = await readPolicyScope(target, account);
  const apiId = role === 'operate' && account === undefined ? await findApiId(target) : undefined;
  return buildPolicies(role, { ...scope, apiId });
}

/** Returns the service role of CloudFormation for the target's stack. */
export async function readServiceRole(target: Target, account?: string): Promise<ServiceRole> {
  const { roleArn, stack } = target.environment;
  const name = roleArn?.split('/').at(-1) ?? serviceRoleName(stack);
  return buildServiceRole(await readPolicyScope(target, account), name);
}

/** Formats one document, or all of them with their names. Throws UserError if the wanted document does not exist. */
export function formatPolicies(policies: readonly NamedPolicy[], part: number | undefined): string {
  const [first] = policies;
  const wanted = part === undefined ? undefined : policies[part - 1];
  if (part !== undefined && !wanted) {
    throw new UserError(`There is no document ${part}, only ${policies.length}.`, {
      hint: 'omit --part to print all documents',
    });
  }
  const single = wanted ?? (policies.length === 1 ? first : undefined);
  return `${JSON.stringify(single ? single.document : policies, null, 2)}\n`;
}
