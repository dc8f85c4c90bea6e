import type { RetryDecision } from '@aws/durable-execution-sdk-js';
import { maxCompensationAttempts, stepRetryDelays } from '../contract/retries.ts';
import { isPermanentError } from './failures.ts';

/** Retries transient errors a few times within seconds. */
export function stepRetryStrategy(error: Error, attempt: number): RetryDecision {
  const seconds = stepRetryDelays[attempt - 1];
  if (seconds === undefined || isPermanentError(error)) return { shouldRetry: false };
  return { shouldRetry: true, delay: { seconds } };
}

/** For steps that must succeed, such as compensations and closing an order: retries for about five minutes. */
export function compensationRetryStrategy(error: Error, attempt: number): RetryDecision {
  if (attempt >= maxCompensationAttempts || isPermanentError(error)) return { shouldRetry: false };
  return { shouldRetry: true, delay: { seconds: Math.min(2 ** (attempt - 1), 60) } };
}
