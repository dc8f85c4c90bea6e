import type { OrderRecord } from '../../../functions/contract/api.ts';
import { paymentKey } from '../../../functions/contract/tables.ts';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import type { OrderSideEffects } from '../../../src/orders/verify/order-side-effects.ts';
import { orderRecord } from '../record.ts';

const orderId = 'order-7f3a91bcde';
const at = '2026-11-22T08:12:05.000Z';
export const key = paymentKey(orderId);
export const payment = { key, state: 'charged', amountMinor: 9198 };

export const call = (name: string, under = key) => ({ call: name, key: under, at });

/** Returns the correct side effects of an order of $91.98 in this status. */
export function correctSideEffects(
  status: OrderStatus,
  more: Partial<OrderRecord> = {},
): OrderSideEffects {
  const isCompleted = status === 'completed';
  const hasEnded = isCompleted || status === 'failed' || status === 'cancelled';
  const reservation = isCompleted ? 'handed-over' : hasEnded ? 'released' : 'held';
  const record = orderRecord(['validated', status], { reservation, ...more });
  const isUndone = hasEnded && !isCompleted;
  return {
    orderId,
    record,
    payments: [{ ...payment, state: isUndone ? 'refunded' : 'charged' }],
    calls: [
      call('charge'),
      call('reserve-inventory'),
      ...(isUndone ? [call('refund'), call('release-inventory')] : []),
      ...(isCompleted ? [call('hand-over-inventory')] : []),
    ],
    ...(isCompleted ? { points: 9 } : {}),
  };
}
