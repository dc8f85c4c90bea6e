import { type ApiResponse, jsonResponse } from '../shared/api-response.ts';
import { type ApiRequest, InvalidRequest, parseRequest } from './parse-request.ts';
import { startWorkflow } from './start-workflow.ts';

/** Lambda's limit for starts is per second. */
const throttledHeaders = { 'Retry-After': '1' };
const unavailableHeaders = { 'Retry-After': '5' };

/**
 * `POST /orders`. Starts the workflow and responds with 202, like the original sample. A repeated order gets the same response. Responds
 * with 400, 413 or 415 to an invalid request, with 409 if the Idempotency-Key belongs to another order, with 429 if too many
 * orders start, and with 503 if Lambda is not available. Only status 503 has a cause outside the client: it raises an alarm.
 */
export async function handler(request: ApiRequest): Promise<ApiResponse> {
  try {
    const event = parseRequest(request);
    const { orderId } = event;
    const result = await startWorkflow(event);
    if (result === 'started') {
      return jsonResponse(202, { message: 'Order processing initiated', orderId });
    }
    if (result === 'throttled') {
      return jsonResponse(429, { message: 'Too many requests' }, throttledHeaders);
    }
    const message = `The Idempotency-Key ${orderId} belongs to another order`;
    return jsonResponse(409, { message, orderId });
  } catch (error) {
    if (error instanceof InvalidRequest) {
      const { statusCode, message, details } = error;
      return jsonResponse(statusCode, { message, ...(details ? { error: details } : {}) });
    }
    console.error('Starting an order failed', { error: (error as Error).name });
    return jsonResponse(
      503,
      { message: 'The order was not accepted: try again' },
      unavailableHeaders,
    );
  }
}
