import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';

const throttlingErrors = new Set([
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
]);
const credentialErrors = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidSignatureException',
]);
const connectionErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
]);

/** Returns the system code or name of an error; an empty text if the value is not an error. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name;
}

/** Whether AWS reported that the resource does not exist. */
export function isNotFound(error: unknown): boolean {
  return ['ResourceNotFoundException', 'ResourceNotFound'].includes(errorName(error));
}

/** Whether the state of a resource does not allow the request. */
export function isConflict(error: unknown): boolean {
  return errorName(error) === 'ResourceConflictException';
}

/** Whether AWS throttled the request. */
export function isThrottle(error: unknown): boolean {
  return throttlingErrors.has(errorName(error)) || statusCode(error) === 429;
}

/** Whether a conditional write failed because its condition was false. */
export function isConditionFailed(error: unknown): boolean {
  return errorName(error) === 'ConditionalCheckFailedException';
}

/** Whether the caller lacks the permission. */
export function isDenied(error: unknown): boolean {
  return ['AccessDenied', 'AccessDeniedException'].includes(errorName(error));
}

/** Whether the same request may succeed if repeated: throttling, a network error or a server error. */
export function isTransient(error: unknown): boolean {
  const name = errorName(error);
  if (isThrottle(error) || connectionErrors.has(name) || name === 'TimeoutError') return true;
  return (statusCode(error) ?? 0) >= 500;
}

/** Whether the user has to sign in: credentials are missing, or AWS no longer accepts them. */
export function needsSignIn(error: unknown): boolean {
  return credentialErrors.has(errorName(error));
}

function statusCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata as { httpStatusCode?: number };
  return metadata.httpStatusCode;
}

/** Converts a known SDK error to a UserError with a hint. Returns any other error unchanged. */
export function translateError(error: unknown, target: Target): unknown {
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
    const hint = 'request this permission, or use another --profile';
    return new UserError(error.message, { hint, exit: 4, code: 'AccessDenied', cause: error });
  }
  if (isTransient(error)) {
    const where = target.endpoint ?? target.environment.region;
    return new UserError(`${env} (${where}) does not respond: ${error.message || name}`, {
      hint: target.autoDeploys ? 'orders local status' : 'run the command again in a moment',
      exit: 7,
      code: throttlingErrors.has(name) ? 'Throttled' : 'Unavailable',
      cause: error,
    });
  }
  return error;
}
