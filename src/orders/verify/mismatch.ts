/** Each way in which orders, executions, payments, stock and points can contradict each other. */
export const mismatchKinds = {
  'lost-row': 'an execution whose order is not in the table',
  'lost-execution': 'an order whose execution does not exist',
  ahead: 'an order whose record is ahead of its execution',
  behind: 'an order whose record is behind its execution',
  unfinished: 'a running order whose execution has ended',
  'wrong-end': 'an order whose status contradicts the end of its execution',
  transitions: 'an order that moved back, or skipped a status of its workflow',
  'charged-twice': 'an order that was charged more than once',
  'charged-unduly': 'a failed or cancelled order that is still charged',
  unpaid: 'a shipped order without a payment',
  'wrong-amount': 'an order whose payment differs from its total',
  'leaked-reservation': 'an order that has ended and still holds stock',
  'wrong-reservation': 'an order whose stock does not match its outcome',
  'missing-points': 'a completed order without its loyalty points',
  'wrong-points': 'an order with a wrong number of loyalty points',
  'wrong-balance': "a customer's balance that is not the sum of the entries",
  stock: "a product's counters that are not the sum of its orders",
} as const;

export type MismatchKind = keyof typeof mismatchKinds;

export interface Mismatch {
  readonly kind: MismatchKind;
  /** Absent for a mismatch of a product or a customer. */
  readonly orderId?: string;
  readonly productId?: string;
  readonly customerId?: string;
  /** Contains no personal data. */
  readonly message: string;
  /** The command that repairs the mismatch, or shows the order if a person has to decide. */
  readonly command: string;
  /** Whether the command repairs the mismatch. */
  readonly mends: boolean;
}

/** A mismatch that `orders repair` repairs. */
export function repairable(kind: MismatchKind, orderId: string, message: string): Mismatch {
  return { kind, orderId, message, command: `orders repair ${orderId}`, mends: true };
}

/** A stock that needs a decision by a person: how many units there really are. */
export function needsAdjustment(productId: string, message: string): Mismatch {
  return { kind: 'stock', productId, message, command: 'orders inventory list', mends: false };
}

/** A mismatch that needs a decision by a person. */
export function needsDecision(kind: MismatchKind, orderId: string, message: string): Mismatch {
  return { kind, orderId, message, command: `orders get ${orderId}`, mends: false };
}
