/** Manual review: which orders a person decides about, and what that person says. */
import * as v from 'valibot';

/** Scores of the fraud check, 0 to 100, from which on it is not a machine's decision; and from which on it is a no. */
export const reviewFrom = 60;
export const refuseFrom = 90;

export function needsReview(score: number): boolean {
  return score >= reviewFrom && score < refuseFrom;
}

/** The durable operations of a review; an order that needs none has none of them. */
export const reviewOperations = {
  request: 'request-review',
  callback: 'await-review',
  record: 'record-review',
} as const;

/** How long an order waits for its review unless a deployment says otherwise. */
export const reviewSeconds = 43_200;

/** The longest note of a reviewer, in characters. */
export const longestNote = 500;

/** What the callback of a parked order is completed with, as JSON. */
export const reviewDecisionSchema = v.strictObject({
  decision: v.picklist(['approve', 'reject']),
  /** Who decided. */
  by: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  /** RFC 3339 UTC. */
  at: v.pipe(v.string(), v.isoTimestamp()),
  note: v.optional(v.pipe(v.string(), v.maxLength(longestNote))),
});

export type ReviewDecision = v.InferOutput<typeof reviewDecisionSchema>;

/** The review of an order that was parked, on its item. */
export interface Review {
  /** Of the fraud check. */
  readonly score: number;
  /** RFC 3339 UTC. */
  readonly requestedAt: string;
  /** How long a decision may take; then the order is rejected. */
  readonly timeoutSeconds: number;
  /** What the decision is sent to. */
  readonly callbackId: string;
  readonly decision?: ReviewDecision;
}
