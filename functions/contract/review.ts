/** Manual review: which orders need one, and what a decision contains. */
import * as v from 'valibot';

/** The lowest fraud score (0 to 100) that needs a review. */
export const minReviewScore = 60;
/** The lowest fraud score that is rejected without a review. */
export const minRejectScore = 90;

export function needsReview(score: number): boolean {
  return score >= minReviewScore && score < minRejectScore;
}

/** The durable operations of a review. Orders without a review have none of them. */
export const reviewOperations = {
  request: 'request-review',
  callback: 'await-review',
  record: 'record-review',
} as const;

/** How long an order waits for its review; a template parameter overrides it. */
export const defaultReviewTimeoutSeconds = 43_200;

/** Maximum length of a reviewer's note (characters). */
export const maxNoteLength = 500;

/** The result of a review's callback, as JSON. */
export const reviewDecisionSchema = v.strictObject({
  decision: v.picklist(['approve', 'reject']),
  /** The reviewer. */
  by: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  /** RFC 3339 UTC. */
  at: v.pipe(v.string(), v.isoTimestamp()),
  note: v.optional(v.pipe(v.string(), v.maxLength(maxNoteLength))),
});

export type ReviewDecision = v.InferOutput<typeof reviewDecisionSchema>;

/** The review of an order, as its item contains it. */
export interface Review {
  /** Result of the fraud check. */
  readonly score: number;
  /** RFC 3339 UTC. */
  readonly requestedAt: string;
  /** The order is rejected if there is no decision within this time. */
  readonly timeoutSeconds: number;
  /** The callback that receives the decision. */
  readonly callbackId: string;
  readonly decision?: ReviewDecision;
}
