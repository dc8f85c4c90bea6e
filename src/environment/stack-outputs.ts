/** The stack's outputs: what everything else is discovered through. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '@aws-sdk/client-cloudformation';
import type { outputs as outputNames } from '../../functions/contract/api.ts';
import { UserError } from '../user-error.ts';
import { isObject, readJson, writeJson } from './project.ts';
import type { Target } from './target.ts';

export type OutputName = (typeof outputNames)[keyof typeof outputNames];
export type StackOutputs = Readonly<Record<string, string>>;

/** The value of an output; a stack that lacks it is older than this command. */
export function output(outputs: StackOutputs, name: OutputName): string {
  const value = outputs[name];
  if (value !== undefined) return value;
  throw new UserError(`The stack has no output ${name}: it was deployed by another version.`, {
    hint: 'orders deploy',
    exit: 3,
    code: 'MissingOutput',
  });
}

/** The stack's description, or `undefined` when there is none. */
export async function describeStack(target: Target): Promise<Stack | undefined> {
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

/** The outputs, from this environment's cache or else from CloudFormation. */
export async function loadOutputs(target: Target): Promise<StackOutputs> {
  const cached = readJson(cacheFile(target));
  if (isObject(cached) && cached['of'] === identity(target) && isOutputs(cached['outputs'])) {
    return cached['outputs'];
  }
  const stack = await describeStack(target);
  if (!stack?.Outputs?.length) throw notDeployed(target);
  return rememberOutputs(target, stack);
}

/** Caches the outputs of a stack just seen. */
export function rememberOutputs(target: Target, stack: Stack): StackOutputs {
  const found = outputsOf(stack);
  writeJson(cacheFile(target), { of: identity(target), outputs: found });
  return found;
}

/** What a stack told of itself. */
export function outputsOf({ Outputs = [] }: Stack): StackOutputs {
  return Object.fromEntries(
    Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

/** Makes the next look at the outputs ask CloudFormation. */
export function forgetOutputs(target: Owner): void {
  rmSync(cacheFile(target), { force: true });
}

/** Forgets everything about a stack that is gone, its orders too. */
export function forgetStack(target: Owner): void {
  forgetOutputs(target);
  for (const file of ['ids', 'seen']) rmSync(cachePath(target, file), { force: true });
}

function notDeployed(target: Target): UserError {
  const { name, stack, region } = target.environment;
  return new UserError(`The stack ${stack} is not deployed in ${region}.`, {
    hint: `orders deploy -e ${name}`,
    exit: 3,
    code: 'NotDeployed',
  });
}

/** Whose the files are. */
type Owner = Pick<Target, 'root'> & { readonly environment: Pick<Target['environment'], 'name'> };

/** Where files about this environment that can be found again are kept. */
export function cachePath(target: Owner, file: string): string {
  return join(target.root, '.orders', 'cache', `${target.environment.name}.${file}`);
}

const cacheFile = (target: Owner) => cachePath(target, 'outputs.json');

function identity(target: Target): string {
  const { region, stack, profile = '' } = target.environment;
  return [region, stack, profile, target.endpoint ?? ''].join(' ');
}

function isOutputs(value: unknown): value is StackOutputs {
  return isObject(value) && Object.values(value).every((each) => typeof each === 'string');
}
