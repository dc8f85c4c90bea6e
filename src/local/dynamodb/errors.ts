import { AwsError } from '../wire/aws-error.ts';

/** The error of a request that DynamoDB refuses to run. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** The message of DynamoDB's most used validation prefix. */
export function invalidParameter(message: string): AwsError {
  return invalid(`One or more parameter values were invalid: ${message}`);
}
