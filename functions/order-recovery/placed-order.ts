import type { OrderRecord } from '../contract/api.ts';
import { totalMinor } from '../contract/order.ts';
import type { PlacedOrder } from '../order-workflow/ports.ts';

/** Converts an order's record to the order that the ports take. */
export function toPlacedOrder({
  orderId,
  customerId,
  customerEmail,
  customerPhone,
  items,
}: OrderRecord): PlacedOrder {
  const contact = { customerId, customerEmail, ...(customerPhone ? { customerPhone } : {}) };
  const order = { ...contact, items: [...items] };
  return { orderId, order, totalMinor: totalMinor(order) };
}
