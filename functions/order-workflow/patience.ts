import { findProvider, type ProviderWait } from '../contract/providers.ts';
import {
  defaultProviderPatienceSeconds,
  findPatienceProblem,
  maxStepAttempts,
} from '../contract/retries.ts';
import { effectKey } from '../contract/tables.ts';
import { type StepId, statusesRecordedBy } from '../contract/workflow.ts';
import { isCancelled } from './failures.ts';
import { createStepRetryStrategy, isSlowRetry, type RetryStrategy } from './retry.ts';
import type { StepFunction } from './traced-step.ts';

/** Shows on the order's record which provider the order waits for. */
export interface ProviderWaits {
  /** Records the wait, unless the order has ended. With `unlessCancelled`, throws OrderCancelled if a cancellation was requested. */
  readonly record: (
    orderId: string,
    wait: ProviderWait,
    options: { readonly unlessCancelled: boolean },
  ) => Promise<void>;
  readonly clear: (orderId: string) => Promise<void>;
}

/** How long the steps of an order wait for an unavailable provider. */
export interface Patience {
  /** Limit of all delays of one step (s); 0 for quick attempts only. */
  readonly seconds: number;
  readonly waits: ProviderWaits;
}

/** Only the quick attempts. */
export const impatient: Patience = {
  seconds: 0,
  waits: { record: async () => {}, clear: async () => {} },
};

/**
 * Returns the patience (s) that the template sets. Throws an error if it does not fit into the execution's timeout, which is
 * not checked if the template does not set it.
 */
export function readPatienceSeconds(env: NodeJS.ProcessEnv = process.env): number {
  const seconds = Number(env['PROVIDER_PATIENCE_SECONDS'] ?? defaultProviderPatienceSeconds);
  const timeout = Number(env['EXECUTION_TIMEOUT_SECONDS'] ?? Number.POSITIVE_INFINITY);
  const problem = findPatienceProblem(seconds, timeout);
  if (problem === undefined) return seconds;
  const value = env['PROVIDER_PATIENCE_SECONDS'];
  throw new Error(`The value "${value}" of PROVIDER_PATIENCE_SECONDS is not valid: ${problem}`);
}

/** The work of a step that waits for its provider, and the strategy that retries it. */
interface PatientStep<T> {
  readonly work: StepFunction<T>;
  readonly retryStrategy: RetryStrategy;
}

interface StepOptions {
  readonly orderId: string;
  /** The stage whose provider the step calls. */
  readonly stage: StepId;
  readonly patience: Patience;
  /** Whether the order is being closed: a request to cancel it no longer matters. */
  readonly closing?: boolean;
}

/**
 * Makes a step wait for its provider. An attempt that starts or continues the wait records it before it fails, and the last
 * attempt removes it; nothing runs between two attempts.
 */
export function waitForProvider<T>(
  { orderId, stage, patience: { seconds, waits }, closing = false }: StepOptions,
  work: StepFunction<T>,
): PatientStep<T> {
  const retryStrategy = createStepRetryStrategy({
    key: effectKey(orderId, stage),
    patienceSeconds: seconds,
  });

  async function noteFailure(error: Error, attempt: number): Promise<void> {
    const provider = findProvider(stage);
    const { shouldRetry, delay } = retryStrategy(error, attempt);
    const delaySeconds = (delay as { readonly seconds?: number } | undefined)?.seconds;
    if (provider && shouldRetry && delaySeconds !== undefined && isSlowRetry(error, attempt)) {
      const failedAt = new Date().toISOString();
      const wait = { provider, stage, attempt: attempt + 1, failedAt, delaySeconds };
      await waits.record(orderId, wait, { unlessCancelled: !closing });
    } else if (attempt > maxStepAttempts) await waits.clear(orderId);
  }

  return {
    retryStrategy,
    async work(step) {
      const { attempt } = step;
      const result = await work(step).catch(async (error: Error) => {
        await unlessItFails(noteFailure(error, attempt));
        throw error;
      });
      // The write of a status ends the wait as well.
      const hasWaited = attempt > maxStepAttempts;
      if (hasWaited && statusesRecordedBy(stage).length === 0) {
        await unlessItFails(waits.clear(orderId));
      }
      return result;
    },
  };
}

/** Waits for a write of the wait, which is a convenience: of its errors, only a cancellation changes how the step ends. */
async function unlessItFails(write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (isCancelled(error)) throw error;
  }
}
