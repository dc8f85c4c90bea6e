import { AwsError } from '../wire/aws-error.ts';
import { tooManyRequests } from './quotas.ts';

type ErrorName = readonly [name: string, status: number];

/** Throttling error of each service. The default is `ThrottlingException`. */
const throttled: Readonly<Record<string, ErrorName>> = {
  s3: ['SlowDown', 503],
  cloudformation: ['Throttling', 400],
  sts: ['Throttling', 400],
  sqs: ['RequestThrottled', 403],
  'execute-api': ['THROTTLED', 429],
};

/** Error of each service for its own failure. The default is `InternalFailure`. */
const failed: Readonly<Record<string, ErrorName>> = {
  lambda: ['ServiceException', 500],
  dynamodb: ['InternalServerError', 500],
  logs: ['ServiceUnavailableException', 500],
  s3: ['InternalError', 500],
  ssm: ['InternalServerError', 500],
  'execute-api': ['DEFAULT_5XX', 500],
};

/** Returns a service's error for a throttled request. */
export function throttlingError(service: string): AwsError {
  if (service === 'lambda') return tooManyRequests();
  const [name, status] = throttled[service] ?? ['ThrottlingException', 400];
  const message = service === 'execute-api' ? 'Too Many Requests' : 'Rate exceeded';
  return new AwsError(name, message, { status });
}

/** Returns a service's error for its own failure. */
export function serviceFailure(service: string): AwsError {
  const [name, status] = failed[service] ?? ['InternalFailure', 500];
  return new AwsError(name, 'Internal server error', { status });
}
