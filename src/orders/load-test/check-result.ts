/** What is judged of a load test's orders, and with what result. */

/** What is wrong with an order, or with a product that orders took. */
export interface Fault {
  readonly orderId?: string;
  readonly productId?: string;
  readonly message: string;
}

export interface Check {
  readonly id: CheckId;
  /** False also where it could not be judged. */
  readonly passed: boolean;
  /** Why it could not be judged. */
  readonly notJudged?: string;
  /** What was found, in words. */
  readonly detail: string;
  readonly faults: readonly Fault[];
}

/** A check that could not be judged, and why. */
export function unjudged(id: CheckId, because: string): Check {
  const notJudged = `not judged: ${because}`;
  return { id, passed: false, notJudged, detail: notJudged, faults: [] };
}

export type CheckId =
  | 'accepted'
  | 'ended'
  | 'not-lost'
  | 'not-doubled'
  | 'own-data'
  | 'transitions'
  | 'credit-check'
  | 'payments'
  | 'stock'
  | 'points';

/** A check with what was found: passed when that is nothing. */
export function check(id: CheckId, faults: readonly Fault[], detail: string): Check {
  return { id, passed: faults.length === 0, detail, faults };
}
