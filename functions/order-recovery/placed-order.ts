import type { OrderRecord } from '../contract/api.ts';
import { totalMinor } from '../contract/order.ts';
import type { PlacedOrder } from '../order-workflow/ports.ts';

/** An order as the ports are told of it, by its record. */
export function placedOf({
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
