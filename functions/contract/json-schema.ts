import { toJsonSchema } from '@valibot/to-json-schema';
import { orderSchema } from './order.ts';

/** The JSON Schema of an order for the API (OpenAPI 3.0). The workflow checks rules that it cannot express (two decimals). */
export function orderJsonSchema(): object {
  return toJsonSchema(orderSchema, { errorMode: 'ignore', target: 'openapi-3.0' });
}
