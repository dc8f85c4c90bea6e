/** Reads and caches the outputs of a stack. They name all resources that commands use. */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack as StackDescription } from '@aws-sdk/client-cloudformation';
import type { outputs as outputNames } from '../../functions/contract/api.ts';
import { UserError } from '../user-error.ts';
import { writePrivateFile } from './private-files.ts';
import { isObject, readJson } from './project.ts';
import type { Stack, StackOutputs } from './stack.ts';
import type { Target } from './target.ts';

export type OutputName = (typeof outputNames)[keyof typeof outputNames];

/** Returns the value of an output. Throws UserError if the deployed stack does not have it. */
export function requireOutput({ outputs }: Pick<Stack, 'outputs'>, name: OutputName): string {
  const value = outputs[name];
  if (value !== undefined) return value;
  throw new UserError(`The stack has no output ${name}: another version of orders deployed it.`, {
    hint: 'orders deploy',
    exit: 3,
    code: 'MissingOutput',
  });
}

/** Returns CloudFormation's description of the stack; undefined if the stack does not exist. */
export async function describeStack(target: Target): Promise<StackDescription | undefined> {
  const { DescribeStacksCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  try {
    const answer = await client.send(
      new DescribeStacksCommand({ StackName: target.environment.stack }),
    );
    return answer.Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

/** Returns the stack's outputs from the cache, or else from CloudFormation. Throws UserError if the stack is not deployed. */
export async function loadOutputs(target: Target): Promise<StackOutputs> {
  const cached = readJson(cacheFile(target));
  if (isObject(cached) && cached['of'] === cacheIdentity(target) && isOutputs(cached['outputs'])) {
    return cached['outputs'];
  }
  const stack = await describeStack(target);
  if (!stack?.Outputs?.length) throw notDeployedError(target);
  return cacheOutputs(target, stack);
}

/**
 * Returns the outputs, read again from CloudFormation if the cache is older than `maxAgeMs`. Returns `stack.outputs` if they cannot be
 * read.
 */
export async function refreshOutputs(
  { target, outputs }: Stack,
  maxAgeMs: number,
): Promise<StackOutputs> {
  const cachedAt = statSync(cacheFile(target), { throwIfNoEntry: false })?.mtimeMs;
  if (cachedAt !== undefined && Date.now() - cachedAt < maxAgeMs) return outputs;
  const stack = await describeStack(target).catch(() => undefined);
  return stack?.Outputs?.length ? cacheOutputs(target, stack) : outputs;
}

/** Writes the outputs of a stack to the cache and returns them. */
export function cacheOutputs(target: Target, stack: StackDescription): StackOutputs {
  const outputs = parseOutputs(stack);
  const content = { of: cacheIdentity(target), outputs };
  writePrivateFile(cacheFile(target), `${JSON.stringify(content, null, 2)}\n`);
  return outputs;
}

/** Returns the outputs in a stack's description, by name. */
export function parseOutputs({ Outputs = [] }: StackDescription): StackOutputs {
  return Object.fromEntries(
    Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

/** Deletes the cached outputs: the next read goes to CloudFormation. */
export function clearCachedOutputs(target: CacheOwner): void {
  rmSync(cacheFile(target), { force: true });
}

/** Deletes everything that is cached about a stack: its outputs and its orders. */
export function clearStackCache(target: CacheOwner): void {
  clearCachedOutputs(target);
  for (const file of ['ids', 'seen']) rmSync(cachePath(target, file), { force: true });
}

function notDeployedError(target: Target): UserError {
  const { stack, region } = target.environment;
  return new UserError(`The stack ${stack} is not deployed in ${region}.`, {
    hint: 'orders deploy',
    exit: 3,
    code: 'NotDeployed',
  });
}

/** The environment that a cache file belongs to. */
type CacheOwner = Pick<Target, 'root'> & {
  readonly environment: Pick<Target['environment'], 'name'>;
};

/** Returns the path of a cache file of this environment. The content of the cache can always be read again. */
export function cachePath(target: CacheOwner, file: string): string {
  return join(target.root, '.orders', 'cache', `${target.environment.name}.${file}`);
}

const cacheFile = (target: CacheOwner) => cachePath(target, 'outputs.json');

function cacheIdentity(target: Target): string {
  const { region, stack, profile = '' } = target.environment;
  return [region, stack, profile, target.endpoint ?? ''].join(' ');
}

function isOutputs(value: unknown): value is StackOutputs {
  return isObject(value) && Object.values(value).every((output) => typeof output === 'string');
}
