import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '../../aws/errors.ts';

export interface RetryPolicy {
  /** Attempts in all. */
  readonly maxAttempts: number;
  readonly shouldRetry: (error: unknown) => boolean;
  /** The delay after an attempt that failed, the first being 1 (ms). */
  readonly delayMs: (attempt: number) => number;
  /** Ends a delay early. */
  readonly signal?: AbortSignal;
}

/** The policy for reads, in addition to the SDK's own attempts. */
const transientErrors: RetryPolicy = {
  maxAttempts: 4,
  shouldRetry: isTransient,
  delayMs: (attempt) => 200 * 2 ** attempt,
};

/** Sends a request, again while it fails with an error that the policy retries. Throws the last error. */
export async function retryRequest<T>(
  request: () => Promise<T>,
  { maxAttempts, shouldRetry, delayMs, signal }: RetryPolicy,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      if (attempt === maxAttempts || !shouldRetry(error)) throw error;
    }
    await sleep(delayMs(attempt), undefined, signal ? { signal } : {}).catch(() => {});
  }
}

/** Sends a request and retries transient errors, so that one failed read of a thousand does not fail a command. */
export function retryTransient<T>(request: () => Promise<T>): Promise<T> {
  return retryRequest(request, transientErrors);
}
