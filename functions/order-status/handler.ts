import type { OrderRecord, OrderStatusResponse } from '../contract/api.ts';
import { orderIdPattern } from '../contract/order.ts';
import { type ApiResponse, jsonResponse } from '../shared/api-response.ts';
import { readOrder } from '../shared/tables/orders.ts';

interface ApiEvent {
  readonly pathParameters?: { readonly orderId?: string } | null;
}

/**
 * `GET /orders/{orderId}`. Responds with 400 to an invalid id, with 404 before the first write of the order, and with 500 and
 * no details to an error.
 */
export async function handler(event: ApiEvent): Promise<ApiResponse> {
  const orderId = event.pathParameters?.orderId ?? '';
  if (!orderIdPattern.test(orderId)) {
    return jsonResponse(400, {
      error: 'orderId must be 1 to 64 letters, digits, hyphens or underscores',
    });
  }
  try {
    const record = await readOrder(orderId, { consistent: false });
    if (!record) return jsonResponse(404, { error: 'Order not found', orderId });
    return jsonResponse(200, toStatusResponse(record));
  } catch (error) {
    console.error('Reading an order failed', { orderId, error: (error as Error).name });
    return jsonResponse(500, { error: 'Failed to get order status' });
  }
}

function toStatusResponse(record: OrderRecord): OrderStatusResponse {
  const { orderId, status, customerId, customerEmail, total, items, createdAt } = record;
  const { transitions, failure, undos, warnings } = record;
  return {
    orderId,
    status,
    customerId,
    customerEmail,
    total,
    items,
    createdAt,
    lastUpdated: record.updatedAt,
    ...(failure && { errorMessage: failure.message, failure }),
    transitions,
    ...(undos && { undos }),
    ...(warnings && { warnings }),
  };
}
