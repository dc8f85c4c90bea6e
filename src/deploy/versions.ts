/** Lists and deletes the published versions of the stack's durable functions. */
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { outputs as names } from '../../functions/contract/api.ts';
import { isNotFound } from '../aws/errors.ts';
import type { Stack } from '../environment/stack.ts';
import { requireOutput } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { type LiveAlias, readLiveAlias } from './live-alias.ts';
import { type FunctionVersions, findDifferingSettings, isPublished } from './live-version.ts';
import { listRunningExecutions } from './running-executions.ts';
import { readSdkVersion } from './sdk-record.ts';

export interface Version {
  /** Role of the function. */
  readonly of: 'workflow' | 'recovery';
  readonly functionName: string;
  readonly version: string;
  /** Whether new executions run on this version. */
  readonly live: boolean;
  /** Share of the new executions on this version (0 to 1), while a canary is open. */
  readonly share?: number;
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
    const live = versions.find(({ Version: version }) => version === alias?.version);
    const sdkVersion = live && readSdkVersion(live);
    found.push({
      of,
      functionName,
      versions: versions.flatMap(({ Version: version }) => version ?? []),
      ...(alias ? { live: alias.version } : {}),
      ...(alias?.additional ? { canary: alias.additional } : {}),
      // The newest version is the one to compare with the function.
      differing: findDifferingSettings(all, alias?.additional?.version ?? alias?.version),
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
    const alias = await readLiveAlias(stack.target, functionName);
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
        live: version === alias.version,
        ...readShare(alias, version),
        running: running.get(version) ?? 0,
        description,
        published: new Date(LastModified).toISOString(),
      });
    }
  }
  return found;
}

/** Returns the share of a version; nothing if the alias has only one version. */
function readShare({ version: live, additional }: LiveAlias, version: string): { share?: number } {
  if (!additional) return {};
  if (version === live) return { share: 1 - additional.weight };
  return version === additional.version ? { share: additional.weight } : {};
}

/** Returns the versions that can be deleted: not live, without running or paused executions, not among the `keep` newest of their function. */
export function findPrunableVersions(versions: readonly Version[], keep: number): Version[] {
  return durableFunctionRoles.flatMap((of) =>
    versions
      .filter((version) => version.of === of)
      .toSorted((a, b) => Number(b.version) - Number(a.version))
      .slice(keep)
      .filter(({ live, share = 0, running }) => !live && share === 0 && running === 0),
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

export function findFunctionName(stack: Stack, of: Version['of']): string | undefined {
  const arn =
    of === 'workflow'
      ? requireOutput(stack, names.workflowFunctionArn)
      : stack.outputs[names.recoveryFunctionArn];
  return arn?.split(':').at(-1);
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
