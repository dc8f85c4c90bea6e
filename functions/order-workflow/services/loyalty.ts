import { loyaltyPointsFor } from '../../contract/expected-side-effects.ts';
import { creditItems } from '../../shared/tables/loyalty.ts';
import { effectiveCallItem, logCall } from '../../shared/tables/provider-calls.ts';
import { transact } from '../../shared/transactions.ts';
import type { Customers } from '../ports.ts';
import { throwIfTriggered } from './simulated.ts';

/** Credits the loyalty points of an order, once. */
export const creditPoints: Customers['creditPoints'] = async (placed, attempt) => {
  const { orderId, order, totalMinor } = placed;
  const stage = 'update-loyalty-points';
  const call = { orderId, call: stage, attempt };
  await throwIfTriggered(stage, placed, call);
  const points = loyaltyPointsFor(totalMinor);
  const credit = creditItems({ customerId: order.customerId, orderId }, points);
  const failed = await transact([...credit, effectiveCallItem(call)], attempt.key);
  if (failed !== undefined) await logCall(call);
  return { points };
};
