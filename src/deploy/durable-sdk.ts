/** Whether AWS can pause the executions of deployed functions safely. */
import { isDenied } from '../aws/errors.ts';
import type { Stack } from '../environment/stack.ts';
import { readSdkVersion, sdk } from './sdk-record.ts';
import { listPublishedVersions } from './versions.ts';

/**
 * The last version that continues with a spent token after a pause, so that AWS ends its execution as failed: its next step runs,
 * and its checkpoint is refused (https://github.com/aws/aws-durable-execution-sdk-js/issues/917).
 */
const lastUnpausableVersion = [2, 4, 0] as const;

/** Whether an execution of functions with this SDK version fails if AWS pauses it while it runs. */
function isTooOldToPause(version: string): boolean {
  const numbers = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [index, last] of lastUnpausableVersion.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== last) return number < last;
  }
  return true;
}

const risk = 'an order that is paused while a step runs may fail';

/** Returns the warning for a function version that AWS cannot pause safely, or may not; undefined if it can. */
export function describePauseRisk(version: string, sdkVersion: string | undefined) {
  if (sdkVersion === undefined) {
    const last = lastUnpausableVersion.join('.');
    return `version ${version} of the workflow does not record its ${sdk}; up to ${last}, ${risk} on AWS`;
  }
  if (!isTooOldToPause(sdkVersion)) return undefined;
  return `version ${version} of the workflow contains ${sdk} ${sdkVersion}, which cannot be paused safely on AWS: ${risk}`;
}

/**
 * Returns the warnings for executions on AWS that cannot be paused safely, one per function version. The local runtime can pause all
 * versions. A caller who may not list versions is warned that the SDK is unknown.
 */
export async function listPauseRisks(stack: Stack, arns: readonly string[]): Promise<string[]> {
  if (stack.target.autoDeploys) return [];
  const versions = new Set(arns.flatMap((arn) => /:function:[^:]+:([^/]+)\//.exec(arn)?.[1] ?? []));
  const functionName = arns[0]?.split(':')[6] ?? '';
  const published = await listPublishedVersions(stack.target, functionName).catch(
    (error: unknown) => {
      if (!isDenied(error)) throw error;
      return [];
    },
  );
  return [...versions].flatMap((version) => {
    const found = published.find(({ Version }) => Version === version);
    return describePauseRisk(version, found && readSdkVersion(found)) ?? [];
  });
}
