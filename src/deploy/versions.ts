/** The published versions of the stack's durable functions: which are live, which still run orders, which can go. */
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { outputs as names } from '../../functions/contract/api.ts';
import { isNotFound } from '../aws/errors.ts';
import { output, type StackOutputs } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { findRunning } from './running.ts';

export interface Version {
  /** What the function is for. */
  readonly of: 'workflow' | 'recovery';
  readonly functionName: string;
  readonly version: string;
  /** Whether new executions run on it. */
  readonly live: boolean;
  /** Executions on it that have not ended. */
  readonly running: number;
  readonly description: string;
  /** RFC 3339. */
  readonly published: string;
}

const functions = ['workflow', 'recovery'] as const;

export interface DurableFunction {
  readonly of: Version['of'];
  readonly functionName: string;
  /** The numbers of its published versions, the newest first. */
  readonly versions: readonly string[];
  /** What its alias points to; absent when it has none. */
  readonly live?: string;
}

/** The stack's durable functions, the workflow's first. */
export async function durableFunctions(
  target: Target,
  outputs: StackOutputs,
): Promise<DurableFunction[]> {
  const found: DurableFunction[] = [];
  for (const of of functions) {
    const functionName = nameOf(outputs, of);
    if (functionName === undefined) continue;
    const versions = await published(target, functionName);
    const alias = await liveAlias(target, functionName).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    found.push({
      of,
      functionName,
      versions: versions.flatMap(({ Version: each }) => each ?? []),
      ...(alias?.FunctionVersion ? { live: alias.FunctionVersion } : {}),
    });
  }
  return found;
}

/** The versions of both functions, the newest first. */
export async function listVersions(target: Target, outputs: StackOutputs): Promise<Version[]> {
  const found: Version[] = [];
  for (const of of functions) {
    const functionName = nameOf(outputs, of);
    if (functionName === undefined) continue;
    const { FunctionVersion: live } = await liveAlias(target, functionName);
    const running = new Map<string, number>();
    for (const { arn } of await findRunning(target, outputs, of)) {
      const version = /:function:[^:]+:(\d+)\//.exec(arn)?.[1] ?? '';
      running.set(version, (running.get(version) ?? 0) + 1);
    }
    for (const each of await published(target, functionName)) {
      const { Version: version = '', Description: description = '', LastModified = '' } = each;
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
 * Moves the workflow's alias to another version, so that new orders run on it; without one, to the newest before the live one.
 * Throws a UserError when there is no such version. Answers both.
 */
export async function rollBack(
  target: Target,
  outputs: StackOutputs,
  wanted?: string,
): Promise<{ from: string; to: string }> {
  const FunctionName = nameOf(outputs, 'workflow') ?? '';
  const { FunctionVersion: from = '', RevisionId } = await liveAlias(target, FunctionName);
  const all = (await published(target, FunctionName)).flatMap(({ Version: each }) => each ?? []);
  const older = all.filter((version) => Number(version) < Number(from));
  const to = wanted === undefined ? older[0] : all.find((version) => version === wanted);
  if (!to) {
    const known = all.join(', ');
    throw new UserError(
      wanted === undefined
        ? `There is no version before ${from}.`
        : `There is no version ${wanted}; those are ${known}.`,
      { hint: 'orders versions', exit: 5, code: 'NotFound' },
    );
  }
  const { UpdateAliasCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  await lambda.send(
    new UpdateAliasCommand({
      FunctionName,
      Name: aliasName,
      FunctionVersion: to,
      // Somebody else's change in the meantime is not overwritten.
      RevisionId,
    }),
  );
  return { from, to };
}

/** Which versions can go: not live, with nothing running on them, and older than the `keep` newest of their function. */
export function prunable(versions: readonly Version[], keep: number): Version[] {
  return functions.flatMap((of) =>
    versions
      .filter((each) => each.of === of)
      .toSorted((a, b) => Number(b.version) - Number(a.version))
      .slice(keep)
      .filter(({ live, running }) => !live && running === 0),
  );
}

/** Deletes versions; one that an execution has begun on in the meantime stays, and is answered among the kept. */
export async function prune(
  target: Target,
  versions: readonly Version[],
): Promise<{ removed: Version[]; kept: Version[] }> {
  const { DeleteFunctionCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const removed: Version[] = [];
  const kept: Version[] = [];
  for (const each of versions) {
    const { functionName: FunctionName, version: Qualifier } = each;
    try {
      await lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier }));
      removed.push(each);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ResourceConflictException') throw error;
      kept.push(each);
    }
  }
  return { removed, kept };
}

const aliasName = 'live';

function nameOf(outputs: StackOutputs, of: Version['of']): string | undefined {
  const arn =
    of === 'workflow'
      ? output(outputs, names.workflowFunctionArn)
      : outputs[names.recoveryFunctionArn];
  return arn?.split(':').at(-1);
}

async function liveAlias(target: Target, FunctionName: string) {
  const { GetAliasCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  return lambda.send(new GetAliasCommand({ FunctionName, Name: aliasName }));
}

/** The newest first. */
async function published(target: Target, FunctionName: string) {
  const { ListVersionsByFunctionCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const found: FunctionConfiguration[] = [];
  let Marker: string | undefined;
  do {
    const page = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName, Marker }));
    found.push(...(page.Versions ?? []).filter(({ Version: each }) => each !== '$LATEST'));
    Marker = page.NextMarker;
  } while (Marker);
  return found.toSorted((a, b) => Number(b.Version) - Number(a.Version));
}
