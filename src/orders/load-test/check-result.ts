/** One violation found by a check: of an order, or of a product's stock. */
export interface CheckFailure {
  readonly orderId?: string;
  readonly productId?: string;
  readonly message: string;
}

export interface Check {
  readonly id: CheckId;
  /** False if there are failures or the check could not be made. */
  readonly passed: boolean;
  /** Why the check could not be made. */
  readonly notJudged?: string;
  /** Result in words. */
  readonly detail: string;
  readonly faults: readonly CheckFailure[];
}

/** Creates a check that could not be made, with the reason. */
export function notChecked(id: CheckId, reason: string): Check {
  const notJudged = `not checked: ${reason}`;
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

/** Creates a check, which has passed if there are no failures. */
export function createCheck(id: CheckId, failures: readonly CheckFailure[], detail: string): Check {
  return { id, passed: failures.length === 0, detail, faults: failures };
}
