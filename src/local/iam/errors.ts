import { AwsError } from '../wire/aws-error.ts';

/** Returns the error with which IAM rejects a policy. */
export function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message);
}

/** Returns the error of IAM for an entity that does not exist. */
export function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, { status: 404 });
}

/** Returns the error of IAM for an entity that is too large or has too many members. */
export function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceeded', message, { status: 409 });
}
