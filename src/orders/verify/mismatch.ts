/** Each way in which orders, executions, payments, stock and points can contradict each other. */
export const mismatchKinds = {
  'lost-row': 'an execution whose order is not in the table',
  'lost-execution': 'an order that no execution carries on',
  ahead: 'an order whose row says more than its execution has done',
  behind: 'an order whose row says less than its execution has done',
  unfinished: 'an order on its way whose execution has ended',
  'wrong-end': 'an order that ended otherwise than its execution',
  transitions: 'an order that went back, skipped a status, or is in none that it reached',
  'charged-twice': 'an order that was paid for more than once',
  'charged-unduly': 'an order that failed or was cancelled and is paid for',
  unpaid: 'an order that is shipped and not paid for',
  'wrong-amount': 'an order whose payment is not its total',
  'leaked-reservation': 'an order that has ended and still holds stock',
  'wrong-reservation': 'an order whose stock is not where its end says',
  'missing-points': 'a completed order without its loyalty points',
  'wrong-points': 'an order with other loyalty points than it is due',
  'wrong-balance': "a customer's balance that is not the sum of the entries",
  stock: "a product's counters that are not the sum of its orders",
} as const;

export type MismatchKind = keyof typeof mismatchKinds;

export interface Mismatch {
  readonly kind: MismatchKind;
  /** Absent where it is about a product or a customer. */
  readonly orderId?: string;
  readonly productId?: string;
  readonly customerId?: string;
  /** What is wrong, in words; no personal data. */
  readonly message: string;
  /** The command that mends it, or that shows it where only a person can decide. */
  readonly command: string;
  /** Whether the command mends it. */
  readonly mends: boolean;
}

/** A mismatch of an order that `orders repair` mends. */
export function mendable(kind: MismatchKind, orderId: string, message: string): Mismatch {
  return { kind, orderId, message, command: `orders repair ${orderId}`, mends: true };
}

/** A mismatch of an order that only a person can decide about. */
export function undecided(kind: MismatchKind, orderId: string, message: string): Mismatch {
  return { kind, orderId, message, command: `orders get ${orderId}`, mends: false };
}
