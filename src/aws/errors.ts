import type { Target } from '../environment/target.ts';
import { UserError } from '../user-error.ts';
import { isLoopback } from './request-target.ts';

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
  'SignatureDoesNotMatch',
  'InvalidAccessKeyId',
  'InvalidToken',
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

/** Whether a write failed because a transaction was writing the item. The SDK does not retry this. */
export function isTransactionConflict(error: unknown): boolean {
  return errorName(error) === 'TransactionConflictException';
}

/** Whether nothing of a transaction was written because a condition failed, or because another write of an item was in progress. */
export function isTransactionPrevented(error: unknown): boolean {
  if (errorName(error) !== 'TransactionCanceledException') return false;
  const { CancellationReasons = [] } = error as { CancellationReasons?: { Code?: string }[] };
  const expected = ['None', 'ConditionalCheckFailed', 'TransactionConflict'];
  return CancellationReasons.every(({ Code = 'None' }) => expected.includes(Code));
}

/** Whether the caller lacks the permission. */
export function isDenied(error: unknown): boolean {
  return ['AccessDenied', 'AccessDeniedException'].includes(errorName(error));
}

/** Whether the same request may succeed if repeated: throttling, a network error or a server error. */
export function isTransient(error: unknown): boolean {
  const name = errorName(error);
  if (isThrottle(error) || connectionErrors.has(name) || name === 'TimeoutError') return true;
  // The intended runtime is down, and its port was reused.
  if (isForeignRuntime(error)) return true;
  return (statusCode(error) ?? 0) >= 500;
}

/** Whether the user has to sign in: credentials are missing, or AWS no longer accepts them. */
export function needsSignIn(error: unknown): boolean {
  return credentialErrors.has(errorName(error)) && !isForeignRuntime(error);
}

/** Whether a local runtime reported that the access key belongs to the runtime of another project. */
function isForeignRuntime(error: unknown): boolean {
  return error instanceof Error && error.message.includes('local runtime of another project');
}

function statusCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata as { httpStatusCode?: number };
  return metadata.httpStatusCode;
}

/** Command that selects the credentials of a local runtime, in the folder of its project. */
const localCredentialsHint = 'eval $(orders local env)';

function credentialsError({ environment, endpoint, autoDeploys }: Target, cause: Error): UserError {
  const { name, profile } = environment;
  const options = { exit: 4, code: 'Credentials', cause } as const;
  if (autoDeploys) {
    const message = `The local runtime at ${endpoint} does not accept the credentials of this project.`;
    return new UserError(message, { ...options, hint: 'orders local stop' });
  }
  const isLocal = endpoint !== undefined && isLoopback(new URL(endpoint).hostname);
  return new UserError(`The AWS credentials for ${name} are missing or expired.`, {
    ...options,
    hint: isLocal ? localCredentialsHint : `aws sso login${profile ? ` --profile ${profile}` : ''}`,
  });
}

/** Converts a known SDK error to a UserError with a hint. Returns any other error unchanged. */
export function translateError(error: unknown, target: Target): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const name = errorName(error);
  const env = target.environment.name;
  if (isForeignRuntime(error)) {
    const message = `The local runtime at ${target.endpoint} belongs to another project.`;
    return new UserError(message, {
      hint: target.autoDeploys ? 'orders local start' : localCredentialsHint,
      exit: target.autoDeploys ? 7 : 4,
      code: 'ForeignRuntime',
      cause: error,
    });
  }
  if (needsSignIn(error)) return credentialsError(target, error);
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
