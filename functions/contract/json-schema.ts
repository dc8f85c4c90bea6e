import { toJsonSchema } from '@valibot/to-json-schema';
import { orderSchema } from './order.ts';

/** The order's JSON Schema for the API (OpenAPI 3.0). Rules it cannot say, as two decimals, are the workflow's. */
export function orderJsonSchema(): object {
  return toJsonSchema(orderSchema, { errorMode: 'ignore', target: 'openapi-3.0' });
}
