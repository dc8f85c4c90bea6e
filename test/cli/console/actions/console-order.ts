import type { ConsoleOrder } from '../../../../src/orders/console/snapshot.ts';

/** Returns an order of the console's list, which has been charged and is not yet shipped unless `more` says otherwise. */
export const consoleOrder = (more: Partial<ConsoleOrder> = {}): ConsoleOrder => ({
  orderId: 'order-7f3a91bcde',
  customerId: 'CUST-001',
  total: 9198,
  status: 'inventory-reserved',
  createdAt: '2026-11-22T08:12:04.000Z',
  updatedAt: '2026-11-22T08:12:05.000Z',
  ...more,
});
