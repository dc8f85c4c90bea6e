/** How often steps are attempted, and how long an order waits for a provider. */

/** Delays before the second and each later attempt of a step (seconds). They outlast an error of a few seconds, not an outage. */
export const stepRetryDelays: readonly number[] = [1, 2, 4];

/** Maximum quick attempts of a step, the first included. Only an outage or a write conflict is retried more often. */
export const maxStepAttempts = stepRetryDelays.length + 1;

/** Longest delays before the slow attempts during an outage (seconds). The last one repeats. */
export const outageRetryDelays: readonly number[] = [60, 120, 300, 600];

/** Longest delay before a further attempt of a write that conflicts with other writes (seconds). */
export const maxContentionDelaySeconds = 60;

/** Default total of the delays for which a step waits for a provider (seconds). A template parameter overrides it. */
export const defaultProviderPatienceSeconds = 14_400;

/** Maximum attempts of a step that must not be left undone: a compensation, or closing an order. */
export const maxCompensationAttempts = 10;

/**
 * Why an order cannot wait this long for a provider (seconds), as the end of a sentence; undefined if it can. An order may wait
 * for the provider of a stage, fail, and then wait as long again to notify its customer, all before its execution times out.
 */
export function findPatienceProblem(
  patienceSeconds: number,
  executionTimeoutSeconds: number,
): string | undefined {
  if (!Number.isInteger(patienceSeconds) || patienceSeconds < 0) {
    return 'it must be a whole number of seconds, or 0 for quick attempts only';
  }
  if (patienceSeconds === 0 || 2 * patienceSeconds < executionTimeoutSeconds) return undefined;
  return `it must be less than half of the execution timeout (${executionTimeoutSeconds} s)`;
}
