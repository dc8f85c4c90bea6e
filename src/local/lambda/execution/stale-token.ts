import { AwsError } from '../../wire/aws-error.ts';
import { memoize } from '../../wire/memoize.ts';
import { invalidParameter } from '../errors.ts';

/** Lambda's message for a token that was used, or whose invocation has ended. */
const message = 'Invalid checkpoint token';

/** Returns the error for a stale token. */
export function staleToken(): AwsError {
  return invalidParameter(message);
}

/** The last version of each SDK that compares the message in capitals: https://github.com/aws/aws-durable-execution-sdk-js/issues/917 */
const lastOldVersions: Readonly<Record<string, readonly number[]>> = {
  js: [2, 4, 0],
  python: [2, 0, 0],
  java: [2, 2, 999],
};

/**
 * Returns the error of a checkpoint with the message that the client expects for a stale token. On AWS, the message of Lambda makes
 * older SDKs fail the execution instead of the invocation; they get their own spelling here.
 */
export function withTokenMessage(
  error: unknown,
  headers: Readonly<Record<string, string | undefined>>,
): unknown {
  if (!(error instanceof AwsError) || error.message !== message) return error;
  return isOldSdk(headers) ? invalidParameter('Invalid Checkpoint Token') : error;
}

/**
 * Returns whether a request comes from an SDK that predates pausing: it compares the message in capitals, and continues after a
 * response without a token.
 */
export function isOldSdk(headers: Readonly<Record<string, string | undefined>>): boolean {
  const { sdk, version } = parseAgent(
    `${headers['user-agent'] ?? ''} ${headers['x-amz-user-agent'] ?? ''}`,
  );
  const last = lastOldVersions[sdk];
  return last !== undefined && compareVersions(version, last) <= 0;
}

const parseAgent = memoize((agent) => {
  const [, sdk = '', version = ''] =
    /aws-durable-execution-sdk-(\w+)\/(\d+\.\d+\.\d+)/.exec(agent) ?? [];
  return { sdk, version: version.split('.').map(Number) };
});

function compareVersions(one: readonly number[], two: readonly number[]): number {
  for (const [index, part] of one.entries()) {
    const difference = part - (two[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
