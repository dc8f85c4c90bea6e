import type { OrderEvent } from '../../../functions/contract/order.ts';
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import { readOrder } from '../tables/orders-table.ts';
import { diffOrders } from './order-changes.ts';
import { toOrderInput } from './retry-source.ts';

/** Returns the error for an id that belongs to another order, with the fields that differ if the other order can be read. */
export async function conflictError(
  stack: Stack,
  { orderId, order }: OrderEvent,
): Promise<UserError> {
  const item = await readOrder(stack, orderId).catch(() => undefined);
  const fields = item ? diffOrders(toOrderInput(item), order).map(({ field }) => field) : [];
  return new UserError(`${orderId} already exists with a different order.`, {
    hint: [
      ...(fields.length > 0 ? [`different: ${fields.slice(0, 5).join(', ')}`] : []),
      'use a new --id',
      `orders get ${orderId}`,
    ],
    exit: 6,
    code: 'Conflict',
  });
}
