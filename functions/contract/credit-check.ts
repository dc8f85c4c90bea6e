/** The credit check: which orders need one. Imports nothing, because the workflow table imports it. */

/** Orders with a total above this limit are credit-checked (currency units, as in the API). */
const limit = 1000;

/** The limit in texts. */
export const creditCheckLimitText = `$${limit}`;

/** A condition of a stage: when the stage does its work, and the reason that it records if it does not. */
export interface StageCondition {
  /** Completes the sentence that begins with "when". */
  readonly text: string;
  readonly skipReason: string;
  /** Whether the stage does its work for an order with this total (currency units). */
  readonly appliesTo: (total: number) => boolean;
}

export const creditCheckCondition = {
  text: `the total is over ${creditCheckLimitText}`,
  skipReason: `The total is ${creditCheckLimitText} or less`,
  appliesTo: (total) => total > limit,
} as const satisfies StageCondition;
