import { bucketOf } from '../../deploy/artifacts.ts';
import { type Policy, policyFor, type Role } from '../../deploy/iam.ts';
import type { Target } from '../../environment/target.ts';

/** The policy of a role with the target's names; asks only who the account is. */
export async function policyOf(target: Target, role: Role, account?: string): Promise<Policy> {
  const { region, stack } = target.environment;
  return policyFor(role, { region, stack, ...(await bucketOf(target, account)) });
}
