/** Compares the version that new orders run on with the newest version and with the present settings of the function. */
import { isDeepStrictEqual } from 'node:util';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';

/** The alias that new executions run on. */
export const aliasName = 'live';

/** A second version of an alias, with its share of the new executions (0 to 1). */
export interface WeightedVersion {
  readonly version: string;
  readonly weight: number;
}

export interface FunctionVersions {
  readonly functionName: string;
  /** The published version numbers, newest first. */
  readonly versions: readonly string[];
  /** The version that the alias points to; absent if there is no alias. */
  readonly live?: string;
  /** The version that gets a share of the new executions, while a canary is open. */
  readonly canary?: WeightedVersion;
}

/** Settings of a function that a version freezes and that affect its executions, without its description. */
const versionSettings = [
  'Architectures',
  'CodeSha256',
  'DeadLetterConfig',
  'DurableConfig',
  'Environment',
  'Handler',
  'LoggingConfig',
  'MemorySize',
  'Role',
  'Runtime',
  'Timeout',
  'TracingConfig',
] as const satisfies readonly (keyof FunctionConfiguration)[];

export const isPublished = ({ Version: version }: FunctionConfiguration) => version !== '$LATEST';

/** Returns the settings in which a version differs from `$LATEST`; none if one of both is missing. */
export function findDifferingSettings(
  versions: readonly FunctionConfiguration[],
  live: string | undefined,
): string[] {
  const latest = versions.find((version) => !isPublished(version));
  const published = versions.find(({ Version: version }) => version === live);
  if (!latest || !published) return [];
  return versionSettings.filter((name) => !isDeepStrictEqual(latest[name], published[name]));
}

/** Returns the functions whose alias does not point to the newest version. A function with an open canary is not included. */
export function findRolledBack(functions: readonly FunctionVersions[]): RolledBack[] {
  return functions.flatMap(({ functionName, live, canary, versions: [newest] }) =>
    live !== undefined && newest !== undefined && live !== newest && !canary
      ? [{ functionName, live, newest }]
      : [],
  );
}

/** A function whose alias was moved to an older version. */
export interface RolledBack {
  readonly functionName: string;
  readonly live: string;
  readonly newest: string;
}

/** Returns `live of NAME is version 1, rolled back from 2`. */
export function formatRolledBack({ functionName, live, newest }: RolledBack): string {
  return `live of ${functionName} is version ${live}, rolled back from ${newest}`;
}

/** Returns the command that publishes a function's present settings and moves its alias to the new version. */
export function publishCommand(functionName: string): string {
  const name = `--function-name ${functionName}`;
  const version = `$(aws lambda publish-version ${name} --query Version --output text)`;
  return `aws lambda update-alias ${name} --name ${aliasName} --function-version ${version}`;
}

/** Returns `live of NAME (version 1) lacks changed settings: MemorySize`. */
export function formatOutdated({
  functionName,
  live,
  differing,
}: FunctionVersions & { readonly differing: readonly string[] }): string {
  return `live of ${functionName} (version ${live}) lacks changed settings: ${differing.join(', ')}`;
}
