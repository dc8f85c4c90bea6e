import type { OrderRecord } from '../../../functions/contract/api.ts';
import { paymentKey } from '../../../functions/contract/expected-side-effects.ts';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import type { OrderBooks } from '../../../src/orders/verify/order-side-effects.ts';
import { orderRecord } from '../record.ts';

const orderId = 'order-7f3a91bcde';
const at = '2026-11-22T08:12:05.000Z';
export const key = paymentKey(orderId);
export const payment = { key, state: 'charged', amountMinor: 9198 };

export const call = (name: string, under = key) => ({ call: name, key: under, at });

/** The books of an order of $91.98 that add up: one that ended as `status` says, or is on its way. */
export function booksOf(status: OrderStatus, more: Partial<OrderRecord> = {}): OrderBooks {
  const completed = status === 'completed';
  const ended = completed || status === 'failed' || status === 'cancelled';
  const reservation = completed ? 'handed-over' : ended ? 'released' : 'held';
  const record = orderRecord(['validated', status], { reservation, ...more });
  const back = ended && !completed;
  return {
    orderId,
    record,
    payments: [{ ...payment, state: back ? 'refunded' : 'charged' }],
    calls: [
      call('charge'),
      call('reserve-inventory'),
      ...(back ? [call('refund'), call('release-inventory')] : []),
      ...(completed ? [call('hand-over-inventory')] : []),
    ],
    ...(completed ? { points: 9 } : {}),
  };
}
