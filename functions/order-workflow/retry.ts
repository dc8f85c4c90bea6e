import { createHash } from 'node:crypto';
import type { RetryDecision } from '@aws/durable-execution-sdk-js';
import {
  maxCompensationAttempts,
  maxContentionDelaySeconds,
  maxStepAttempts,
  outageRetryDelays,
  stepRetryDelays,
} from '../contract/retries.ts';
import { isOutage, isPermanentError, isWriteContention } from './failures.ts';

export type RetryStrategy = (error: Error, attempt: number) => RetryDecision;

interface RetryOptions {
  /** Identifies the step of an order. The delays of different keys differ, so that not all orders retry in the same moment. */
  readonly key: string;
  /** How long the step waits for an unavailable provider (seconds). With 0, there are only quick attempts. */
  readonly patienceSeconds: number;
}

/**
 * Retries a step a few times within seconds. After that, retries an outage and a write conflict until the sum of the delays is the
 * patience; nothing runs during a delay. Depends only on the error's name and message and on the number of the attempt, so that a
 * replay decides the same.
 */
export function createStepRetryStrategy({ key, patienceSeconds }: RetryOptions): RetryStrategy {
  return (error, attempt) => {
    if (isPermanentError(error)) return { shouldRetry: false };
    if (isWriteContention(error)) {
      const limit = Math.max(patienceSeconds, sum(stepRetryDelays));
      return toDecision(limitedDelay(attempt, limit, (number) => contentionDelay(key, number)));
    }
    const quick = stepRetryDelays[attempt - 1];
    if (quick !== undefined) return toDecision(quick);
    if (!isOutage(error)) return { shouldRetry: false };
    const slowAttempt = attempt - stepRetryDelays.length;
    return toDecision(
      limitedDelay(slowAttempt, patienceSeconds, (number) => outageDelay(key, number)),
    );
  };
}

/** For steps that must succeed, such as compensations and closing an order: retries for about five minutes. */
export function compensationRetryStrategy(error: Error, attempt: number): RetryDecision {
  if (attempt >= maxCompensationAttempts || isPermanentError(error)) return { shouldRetry: false };
  return { shouldRetry: true, delay: { seconds: Math.min(2 ** (attempt - 1), 60) } };
}

/** Whether the delay after a failed attempt (from 1) is a slow one, during an outage. */
export function isSlowRetry(error: unknown, attempt: number): boolean {
  return attempt >= maxStepAttempts && isOutage(error);
}

function toDecision(seconds: number | undefined): RetryDecision {
  return seconds === undefined ? { shouldRetry: false } : { shouldRetry: true, delay: { seconds } };
}

/**
 * The delay after an attempt (from 1), shortened so that all delays together do not exceed the limit; undefined if they have
 * reached it.
 */
function limitedDelay(
  attempt: number,
  limitSeconds: number,
  delayAfter: (attempt: number) => number,
): number | undefined {
  let left = limitSeconds;
  for (let number = 1; number < attempt && left > 0; number += 1) left -= delayAfter(number);
  return left > 0 ? Math.min(left, delayAfter(attempt)) : undefined;
}

/** Between 80 % and 100 % of the declared delay: an order is never attempted later than declared. */
function outageDelay(key: string, attempt: number): number {
  const longest = outageRetryDelays[attempt - 1] ?? outageRetryDelays.at(-1) ?? 0;
  return Math.round(longest * (0.8 + 0.2 * jitter(key, attempt)));
}

/** At least a second, and up to 1, 2, 4, ... more: writers that conflict come back at different times. */
function contentionDelay(key: string, attempt: number): number {
  const longest = Math.min(2 ** attempt, maxContentionDelaySeconds);
  return 1 + Math.floor(longest * jitter(key, attempt));
}

/** A number from 0 to less than 1, always the same for the same arguments. */
function jitter(key: string, attempt: number): number {
  return createHash('sha256').update(`${key}#${attempt}`).digest().readUInt32BE() / 2 ** 32;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
