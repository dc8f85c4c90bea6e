import { outputs as names } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { describeStack, requireOutput } from '../../environment/stack-outputs.ts';
import { type LiveAlias, readLiveAlias } from '../live-alias.ts';
import type { WeightedVersion } from '../live-version.ts';
import { listStackResources } from '../stack-resources.ts';
import { liveAliasId, parseRelease } from './release.ts';
import { type CanaryTerms, parseTerms } from './terms.ts';

/** A canary of the stack. It is in the account: in the parameters of the stack and in the alias. */
export interface OpenCanary {
  readonly functionName: string;
  /** The version that was live before. */
  readonly live: string;
  /** The new version, with its share of the new orders. */
  readonly canary: WeightedVersion;
  readonly terms: string;
  /** The version that all new orders run, if the decision was made and the stack does not have it yet. */
  readonly decided?: string;
}

/** Returns the open canary of a stack; undefined if there is none. */
export async function findOpenCanary(stack: Stack): Promise<OpenCanary | undefined> {
  const { target } = stack;
  const { live, weight, terms } = parseRelease((await describeStack(target))?.Parameters);
  if (weight === 0) return undefined;
  const functionName = requireOutput(stack, names.workflowFunctionArn).split(':').at(-1) ?? '';
  const alias = await readLiveAlias(target, functionName);
  const version = alias.additional?.version ?? (await readNewestVersion(stack, functionName));
  const decided = findDecision(alias);
  return {
    functionName,
    live,
    canary: { version, weight },
    terms,
    ...(decided === undefined ? {} : { decided }),
  };
}

/** Returns the version of all new orders; undefined while the alias has two versions. */
export function findDecision({ version, additional }: LiveAlias): string | undefined {
  return additional ? undefined : version;
}

/** Returns the newest version, to which SAM's alias points. */
async function readNewestVersion({ target }: Stack, functionName: string): Promise<string> {
  const { GetAliasCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const alias = await lambda.send(
    new GetAliasCommand({ FunctionName: functionName, Name: 'newest' }),
  );
  return alias.FunctionVersion ?? '';
}

/** Returns how a canary is judged. Throws UserError if the stack's text cannot be read. */
export function readTerms({ terms }: OpenCanary): CanaryTerms {
  return parseTerms(terms);
}

/** Returns when the alias got its second version (epoch ms). */
export async function readStart({ target }: Stack): Promise<number> {
  const resources = await listStackResources(target, target.environment.stack);
  const alias = resources.find(({ LogicalResourceId }) => LogicalResourceId === liveAliasId);
  return alias?.LastUpdatedTimestamp?.getTime() ?? Date.now();
}
