import { outputs as names } from '../../functions/contract/api.ts';
import { isDenied } from '../aws/errors.ts';
import { describeStack, parseOutputs } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { findArtifactsBucket } from './artifacts.ts';
import type { PolicyScope } from './iam/resources.ts';

/** Returns the scope of policies for the target's stack. Reads the account from STS unless it is known. */
export async function readPolicyScope(
  target: Target,
  account: string | undefined,
): Promise<PolicyScope> {
  const { region, stack, roleArn } = target.environment;
  return { region, stack, roleArn, ...(await findArtifactsBucket(target, account)) };
}

/** Returns the id of the deployed API; undefined if there is no stack or the caller may not read it. */
export async function findApiId(target: Target): Promise<string | undefined> {
  const description = await describeStack(target).catch((error: unknown) => {
    if (!isDenied(error)) throw error;
  });
  const url = description && parseOutputs(description)[names.apiEndpoint];
  if (!url) return undefined;
  const { hostname, pathname } = new URL(url);
  return /^\/execute-api\/([^/]+)/.exec(pathname)?.[1] ?? hostname.split('.')[0];
}
