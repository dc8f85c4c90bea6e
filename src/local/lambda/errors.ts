import { AwsError } from '../wire/aws-error.ts';

/** Returns the error for a parameter that breaks a rule of the service. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}

/** Returns the error for a request that the state of a resource does not allow. */
export function conflict(message: string): AwsError {
  return new AwsError('ResourceConflictException', message, { status: 409 });
}

/** Returns the error for a resource that does not exist. */
export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 404 });
}
