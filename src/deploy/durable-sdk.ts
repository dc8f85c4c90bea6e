/** The version of the durable execution SDK in the functions, and whether AWS can pause their executions. */
import { join } from 'node:path';
import { isObject, readJson } from '../environment/project.ts';
import type { Target } from '../environment/target.ts';

const sdk = '@aws/durable-execution-sdk-js';
/**
 * The last version that continues with a spent token after a pause, so that AWS ends its execution as failed: its next step runs,
 * and its checkpoint is refused (https://github.com/aws/aws-durable-execution-sdk-js/issues/917).
 */
const lastUnpausableVersion = [2, 4, 0] as const;

/** Returns the SDK version that the project installs, or else the version in its package.json; undefined if neither exists. */
export function readSdkVersion(root: string): string | undefined {
  const installed = readJson(join(root, 'node_modules', sdk, 'package.json'));
  if (isObject(installed) && typeof installed['version'] === 'string') return installed['version'];
  const project = readJson(join(root, 'package.json'));
  const dependencies = isObject(project) ? project['dependencies'] : undefined;
  const required = isObject(dependencies) ? dependencies[sdk] : undefined;
  return typeof required === 'string' ? /\d+\.\d+\.\d+.*/.exec(required)?.[0] : undefined;
}

/** Whether an execution of functions with this SDK version fails if AWS pauses it while it runs. */
function isTooOldToPause(version: string): boolean {
  const numbers = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [index, last] of lastUnpausableVersion.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== last) return number < last;
  }
  return true;
}

/** Returns the warning for a target on AWS whose functions cannot be paused safely; undefined for other targets. The local runtime can pause all versions. */
export function pauseWarning({ root, autoDeploys }: Pick<Target, 'root' | 'autoDeploys'>) {
  if (autoDeploys) return undefined;
  const version = readSdkVersion(root);
  if (version === undefined || !isTooOldToPause(version)) return undefined;
  return `functions with ${sdk} ${version} cannot be paused safely on AWS: an order that is paused while a step runs may fail`;
}
