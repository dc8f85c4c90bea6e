import { AwsError } from '../wire/aws-error.ts';

/** Returns the error for a request that DynamoDB rejects as not valid. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** Returns a validation error with the most frequent prefix of DynamoDB's messages. */
export function invalidParameter(message: string): AwsError {
  return invalid(`One or more parameter values were invalid: ${message}`);
}
