/** Lists, rolls back and deletes the published versions of the stack's durable functions. */
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { outputs as names } from '../../functions/contract/api.ts';
import { isNotFound } from '../aws/errors.ts';
import type { Stack } from '../environment/stack.ts';
import { requireOutput } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import {
  aliasName,
  type FunctionVersions,
  findDifferingSettings,
  isPublished,
} from './live-version.ts';
import { listRunningExecutions } from './running-executions.ts';
import { readSdkVersion } from './sdk-record.ts';

export interface Version {
  /** Role of the function. */
  readonly of: 'workflow' | 'recovery';
  readonly functionName: string;
  readonly version: string;
  /** Whether new executions run on this version. */
  readonly live: boolean;
  /** Number of running and paused executions on this version. */
  readonly running: number;
  readonly description: string;
  /** Time of publication (RFC 3339). */
  readonly published: string;
}

const durableFunctionRoles = ['workflow', 'recovery'] as const;

export interface DurableFunction extends FunctionVersions {
  readonly of: Version['of'];
  /** Settings in which the live version differs from `$LATEST`. */
  readonly differing: readonly string[];
  /** The durable execution SDK of the live version; absent if its deployment did not record it. */
  readonly sdkVersion?: string;
}

/** Returns the stack's durable functions with their published versions, starting with the workflow. */
export async function listDurableFunctions(stack: Stack): Promise<DurableFunction[]> {
  const found: DurableFunction[] = [];
  for (const of of durableFunctionRoles) {
    const functionName = findFunctionName(stack, of);
    if (functionName === undefined) continue;
    const all = await listAllVersions(stack.target, functionName);
    const versions = all.filter(isPublished);
    const alias = await readLiveAlias(stack.target, functionName).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    const live = versions.find(({ Version: version }) => version === alias?.FunctionVersion);
    const sdkVersion = live && readSdkVersion(live);
    found.push({
      of,
      functionName,
      versions: versions.flatMap(({ Version: version }) => version ?? []),
      ...(alias?.FunctionVersion ? { live: alias.FunctionVersion } : {}),
      differing: findDifferingSettings(all, alias?.FunctionVersion),
      ...(sdkVersion === undefined ? {} : { sdkVersion }),
    });
  }
  return found;
}

/** Returns the published versions of both durable functions, each newest first. */
export async function listVersions(stack: Stack): Promise<Version[]> {
  const found: Version[] = [];
  for (const of of durableFunctionRoles) {
    const functionName = findFunctionName(stack, of);
    if (functionName === undefined) continue;
    const { FunctionVersion: live } = await readLiveAlias(stack.target, functionName);
    const running = new Map<string, number>();
    for (const { arn } of await listRunningExecutions(stack, of)) {
      const version = /:function:[^:]+:(\d+)\//.exec(arn)?.[1] ?? '';
      running.set(version, (running.get(version) ?? 0) + 1);
    }
    for (const published of await listPublishedVersions(stack.target, functionName)) {
      const { Version: version = '', Description: description = '', LastModified = '' } = published;
      found.push({
        of,
        functionName,
        version,
        live: version === live,
        running: running.get(version) ?? 0,
        description,
        published: new Date(LastModified).toISOString(),
      });
    }
  }
  return found;
}

/**
 * Moves the workflow's alias to `wanted`, or else to the newest version before the live one. New orders then run on that
 * version. Returns the old and the new version. Throws UserError if the version does not exist.
 */
export async function rollBack(
  stack: Stack,
  wanted?: string,
): Promise<{ from: string; to: string }> {
  const FunctionName = findFunctionName(stack, 'workflow') ?? '';
  const { FunctionVersion: from = '', RevisionId } = await readLiveAlias(
    stack.target,
    FunctionName,
  );
  const all = (await listPublishedVersions(stack.target, FunctionName)).flatMap(
    ({ Version: version }) => version ?? [],
  );
  const older = all.filter((version) => Number(version) < Number(from));
  const to = wanted === undefined ? older[0] : all.find((version) => version === wanted);
  if (!to) {
    const known = all.join(', ');
    throw new UserError(
      wanted === undefined
        ? `There is no version before ${from}.`
        : `Version "${wanted}" does not exist. Published: ${known}.`,
      { hint: 'orders versions', exit: 5, code: 'NotFound' },
    );
  }
  const { UpdateAliasCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await stack.target.clients.lambda();
  await lambda.send(
    new UpdateAliasCommand({
      FunctionName,
      Name: aliasName,
      FunctionVersion: to,
      // Fails if the alias was changed since it was read.
      RevisionId,
    }),
  );
  return { from, to };
}

/** Returns the versions that can be deleted: not live, without running or paused executions, not among the `keep` newest of their function. */
export function findPrunableVersions(versions: readonly Version[], keep: number): Version[] {
  return durableFunctionRoles.flatMap((of) =>
    versions
      .filter((version) => version.of === of)
      .toSorted((a, b) => Number(b.version) - Number(a.version))
      .slice(keep)
      .filter(({ live, running }) => !live && running === 0),
  );
}

/** Deletes versions. A version on which an execution has started in the meantime is kept and returned in `kept`. */
export async function deleteVersions(
  target: Target,
  versions: readonly Version[],
): Promise<{ removed: Version[]; kept: Version[] }> {
  const { DeleteFunctionCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const removed: Version[] = [];
  const kept: Version[] = [];
  for (const version of versions) {
    const { functionName: FunctionName, version: Qualifier } = version;
    try {
      await lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier }));
      removed.push(version);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ResourceConflictException') throw error;
      kept.push(version);
    }
  }
  return { removed, kept };
}

function findFunctionName(stack: Stack, of: Version['of']): string | undefined {
  const arn =
    of === 'workflow'
      ? requireOutput(stack, names.workflowFunctionArn)
      : stack.outputs[names.recoveryFunctionArn];
  return arn?.split(':').at(-1);
}

async function readLiveAlias(target: Target, FunctionName: string) {
  const { GetAliasCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  return lambda.send(new GetAliasCommand({ FunctionName, Name: aliasName }));
}

/** Returns the published versions of a function, newest first. */
export async function listPublishedVersions(target: Target, functionName: string) {
  return (await listAllVersions(target, functionName)).filter(isPublished);
}

/** Returns all versions of a function, `$LATEST` included; the published ones are sorted, newest first. */
async function listAllVersions(target: Target, FunctionName: string) {
  const { ListVersionsByFunctionCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const found: FunctionConfiguration[] = [];
  let Marker: string | undefined;
  do {
    const page = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName, Marker }));
    found.push(...(page.Versions ?? []));
    Marker = page.NextMarker;
  } while (Marker);
  const [latest, published] = [found.filter((one) => !isPublished(one)), found.filter(isPublished)];
  return [...latest, ...published.toSorted((a, b) => Number(b.Version) - Number(a.Version))];
}
