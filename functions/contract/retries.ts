/** How often steps are attempted. */

/** Delays before the second and each later attempt of a step (seconds). They outlast an error of a few seconds, not an outage. */
export const stepRetryDelays: readonly number[] = [1, 2, 4];

/** Maximum attempts of a step, the first included. */
export const maxStepAttempts = stepRetryDelays.length + 1;

/** Maximum attempts of a step that must not be left undone: a compensation, or closing an order. */
export const maxCompensationAttempts = 10;
