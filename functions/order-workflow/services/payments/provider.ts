import type { Attempt, Payments, PlacedOrder } from '../../ports.ts';

/** A payment as its provider keeps it. */
export interface Payment {
  readonly paymentId: string;
  readonly state: 'charged' | 'refunded';
  readonly amountMinor: number;
}

/**
 * What the workflow needs of a payment provider. One key (`attempt.key`) is one payment, whatever is asked twice. All
 * may throw ProviderUnavailable, which is asked again.
 */
export interface PaymentProvider {
  /** The payment that was made with the key; undefined when the customer was not charged. */
  find(placed: PlacedOrder, attempt: Attempt): Promise<Payment | undefined>;
  /** Charges the order's total. Throws OrderRejected when the customer's money is not to be had. */
  charge(placed: PlacedOrder, attempt: Attempt): Promise<Payment>;
  /** Gives a payment back whole; does nothing when it was given back. */
  refund(payment: Payment, placed: PlacedOrder, attempt: Attempt): Promise<void>;
}

/** The workflow's payments over a provider: it is asked by the key before anything is charged or given back. */
export function paymentsOver(open: () => Promise<PaymentProvider>): Payments {
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
