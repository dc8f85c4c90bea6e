import { AwsError } from '../wire/aws-error.ts';
import { tooManyRequests } from './quotas.ts';

type Name = readonly [name: string, status: number];

/** How each service says that a request is one too many; `ThrottlingException` where nothing is said. */
const throttled: Readonly<Record<string, Name>> = {
  s3: ['SlowDown', 503],
  cloudformation: ['Throttling', 400],
  sts: ['Throttling', 400],
  sqs: ['RequestThrottled', 403],
  'execute-api': ['THROTTLED', 429],
};

/** How each service says that it failed itself. */
const failed: Readonly<Record<string, Name>> = {
  lambda: ['ServiceException', 500],
  dynamodb: ['InternalServerError', 500],
  logs: ['ServiceUnavailableException', 500],
  s3: ['InternalError', 500],
  ssm: ['InternalServerError', 500],
  'execute-api': ['DEFAULT_5XX', 500],
};

/** The error of a service for a request too many. */
export function throttling(service: string): AwsError {
  if (service === 'lambda') return tooManyRequests();
  const [name, status] = throttled[service] ?? ['ThrottlingException', 400];
  const message = service === 'execute-api' ? 'Too Many Requests' : 'Rate exceeded';
  return new AwsError(name, message, { status });
}

/** The error of a service that has failed. */
export function failure(service: string): AwsError {
  const [name, status] = failed[service] ?? ['InternalFailure', 500];
  return new AwsError(name, 'Internal server error', { status });
}
