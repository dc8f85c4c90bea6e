import type { ErrorObject } from './model.ts';

/** Number of crashes that are retried at once. Further crashes, and all errors of the handler, are retried with backoff. */
const maxImmediateRetries = 3;
const maxFailures = 8;
const maxBackoffSeconds = 300;

/**
 * Returns the delay before the next attempt of an invocation (seconds), or undefined if there is none. `failures` is the number of
 * consecutive failures.
 */
export function retryDelay(failures: number, error: ErrorObject): number | undefined {
  if (failures > maxFailures) return undefined;
  const crash = error.ErrorType?.startsWith('Runtime.') ?? false;
  if (crash && failures <= maxImmediateRetries) return 0;
  return Math.min(maxBackoffSeconds, 2 ** (failures - 1));
}
