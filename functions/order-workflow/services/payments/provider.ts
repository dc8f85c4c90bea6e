import type { Attempt, Payments, PlacedOrder } from '../../ports.ts';

export interface Payment {
  readonly paymentId: string;
  readonly state: 'charged' | 'refunded';
  readonly amountMinor: number;
}

/**
 * A payment provider. One idempotency key (`attempt.key`) is one payment, however often a method is called. All methods
 * may throw ProviderUnavailable, which is retried.
 */
export interface PaymentProvider {
  /** The payment with this key; undefined if the customer was not charged. */
  find(placed: PlacedOrder, attempt: Attempt): Promise<Payment | undefined>;
  /** Charges the order's total. Throws OrderRejected if the payment is declined. */
  charge(placed: PlacedOrder, attempt: Attempt): Promise<Payment>;
  /** Refunds a payment completely; does nothing if it was refunded before. */
  refund(payment: Payment, placed: PlacedOrder, attempt: Attempt): Promise<void>;
}

/** Creates the payments of the workflow. Looks up the payment by its key before it charges or refunds. */
export function createPayments(open: () => Promise<PaymentProvider>): Payments {
  return {
    async charge(placed, attempt) {
      const provider = await open();
      const known = await provider.find(placed, attempt);
      const { paymentId } = known ?? (await provider.charge(placed, attempt));
      return { paymentId };
    },
    async refund(placed, attempt) {
      const provider = await open();
      const payment = await provider.find(placed, attempt);
      if (payment?.state === 'charged') await provider.refund(payment, placed, attempt);
    },
  };
}
