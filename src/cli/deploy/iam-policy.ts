import { findArtifactsBucket } from '../../deploy/artifacts.ts';
import { buildPolicy, type Policy, type Role } from '../../deploy/iam.ts';
import type { Target } from '../../environment/target.ts';

/** Returns the policy of a role for the target's stack. Reads the account from STS unless it is known. */
export async function readPolicy(target: Target, role: Role, account?: string): Promise<Policy> {
  const { region, stack } = target.environment;
  return buildPolicy(role, { region, stack, ...(await findArtifactsBucket(target, account)) });
}
