import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';

const throttles = new Set([
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
]);
const needHuman = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidSignatureException',
]);
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
]);

/** Name (or system code) of an error, whatever threw it. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name;
}

/** Whether AWS said that the thing asked for does not exist. */
export function isNotFound(error: unknown): boolean {
  return ['ResourceNotFoundException', 'ResourceNotFound'].includes(errorName(error));
}

/** Whether AWS refused a request as too much. */
export function isThrottle(error: unknown): boolean {
  return throttles.has(errorName(error)) || statusCode(error) === 429;
}

/** Whether a conditional write found its condition not met. */
export function isConditionFailed(error: unknown): boolean {
  return errorName(error) === 'ConditionalCheckFailedException';
}

/** Whether whoever asks may not do that. */
export function isDenied(error: unknown): boolean {
  return ['AccessDenied', 'AccessDeniedException'].includes(errorName(error));
}

/** Whether the same request may succeed a little later: throttling, a network blip, a server's hiccup. */
export function isTransient(error: unknown): boolean {
  const name = errorName(error);
  if (isThrottle(error) || unreachable.has(name) || name === 'TimeoutError') return true;
  return (statusCode(error) ?? 0) >= 500;
}

/** Whether a person has to sign in: there are no credentials, or AWS no longer takes them. */
export function needsSignIn(error: unknown): boolean {
  return needHuman.has(errorName(error));
}

function statusCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata as { httpStatusCode?: number };
  return metadata.httpStatusCode;
}

/** Translates an SDK error into what is wrong and the command that fixes it; leaves others as they are. */
export function translate(error: unknown, target: Target): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const name = errorName(error);
  const env = target.environment.name;
  if (needsSignIn(error)) {
    const { profile } = target.environment;
    return new UserError(`The AWS credentials for ${env} are missing or expired.`, {
      hint: `aws sso login${profile ? ` --profile ${profile}` : ''}`,
      exit: 4,
      code: 'Credentials',
      cause: error,
    });
  }
  if (isDenied(error)) {
    const hint = 'ask for the permission named above, or use another --profile';
    return new UserError(error.message, { hint, exit: 4, code: 'AccessDenied', cause: error });
  }
  if (isTransient(error)) {
    const where = target.endpoint ?? target.environment.region;
    return new UserError(`${env} (${where}) does not answer: ${error.message || name}`, {
      hint: target.deploysItself ? 'orders local status' : 'try again in a moment',
      exit: 7,
      code: throttles.has(name) ? 'Throttled' : 'Unavailable',
      cause: error,
    });
  }
  return error;
}
