import type { RetryDecision } from '@aws/durable-execution-sdk-js';
import { isFinal } from './failures.ts';

/** Seconds before each further attempt: a hiccup of a few seconds is ridden out, an outage is not. */
const delays = [1, 2, 4];

/** The one strategy for hiccups: four attempts, after 1, 2 and 4 seconds; a business no is never asked again. */
export function retryHiccups(error: Error, attempt: number): RetryDecision {
  const seconds = delays[attempt - 1];
  if (seconds === undefined || isFinal(error)) return { shouldRetry: false };
  return { shouldRetry: true, delay: { seconds } };
}

/** For what must not be left undone: undos, and closing an order. Ten attempts over about five minutes. */
export function retryGenerously(error: Error, attempt: number): RetryDecision {
  if (attempt >= 10 || isFinal(error)) return { shouldRetry: false };
  return { shouldRetry: true, delay: { seconds: Math.min(2 ** (attempt - 1), 60) } };
}
