import type { ErrorObject } from './model.ts';

/** Crashes of the runtime are retried at once this often; then, like errors of the handler, with growing delays. */
const immediateRetries = 3;
const mostFailures = 8;
const longestBackoff = 300;

/** Seconds until an invocation that failed for the `failures`th time in a row is made again; undefined: no more. */
export function retryDelay(failures: number, error: ErrorObject): number | undefined {
  if (failures > mostFailures) return undefined;
  const crash = error.ErrorType?.startsWith('Runtime.') ?? false;
  if (crash && failures <= immediateRetries) return 0;
  return Math.min(longestBackoff, 2 ** (failures - 1));
}
