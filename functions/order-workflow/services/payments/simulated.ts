import { toDecimal } from '../../../contract/order.ts';
import { newPaymentItem, readPayment, refundItem } from '../../../shared/tables/payments.ts';
import { effectiveCallItem, logCall } from '../../../shared/tables/provider-calls.ts';
import { transact } from '../../../shared/transactions.ts';
import { idFor, throwIfTriggered } from '../simulated.ts';
import type { PaymentProvider } from './provider.ts';

/** The simulated payment provider: payments by idempotency key, and a log of all calls. A repeated call is only logged. */
export const simulatedProvider: PaymentProvider = {
  async find({ totalMinor }, { key }) {
    const payment = await readPayment(key);
    if (!payment) return undefined;
    return { paymentId: payment.paymentId, state: payment.state, amountMinor: totalMinor };
  },
  async charge(placed, attempt) {
    const { orderId, totalMinor } = placed;
    const call = { orderId, call: 'charge', attempt };
    await throwIfTriggered('process-payment', placed, call);
    const payment = { paymentId: idFor('PAY', attempt.key), state: 'charged' } as const;
    const item = newPaymentItem(attempt.key, { ...payment, amount: toDecimal(totalMinor) });
    const failed = await transact([item, effectiveCallItem(call)], attempt.key);
    if (failed !== undefined) await logCall(call);
    return { ...payment, amountMinor: totalMinor };
  },
  async refund(_payment, { orderId }, attempt) {
    const call = { orderId, call: 'refund', attempt };
    const failed = await transact([refundItem(attempt.key), effectiveCallItem(call)], attempt.key);
    if (failed !== undefined) await logCall(call);
  },
};
