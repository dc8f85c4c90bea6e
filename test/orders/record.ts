import type { OrderRecord } from '../../functions/contract/api.ts';
import type { OrderStatus } from '../../functions/contract/workflow.ts';

const start = Date.parse('2026-11-22T08:12:04.000Z');

/** Creates the record of an order that passed through these statuses, one second apart. */
export function orderRecord(
  statuses: readonly OrderStatus[],
  more: Partial<OrderRecord> = {},
): OrderRecord {
  const transitions = statuses.map((status, index) => ({
    status,
    at: new Date(start + (index + 1) * 1000).toISOString(),
  }));
  const last = transitions.at(-1);
  return {
    orderId: 'order-7f3a91bcde',
    status: last?.status ?? 'validated',
    customerId: 'CUST-001',
    customerEmail: 'customer1@example.com',
    items: [{ productId: 'BOOK-001', name: 'Programming Book', quantity: 2, price: 45.99 }],
    total: 91.98,
    transitions,
    executionArn:
      'arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/order-7f3a91bcde/1',
    createdAt: new Date(start).toISOString(),
    updatedAt: last?.at ?? new Date(start).toISOString(),
    listing: '2026-11-22#0',
    ...more,
  };
}
