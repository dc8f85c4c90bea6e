/**
 * The order in the API, in the CLI's files and in the workflow's event. The runtime validation, the API's JSON Schema and
 * the documented limits are derived from this schema.
 */
import * as v from 'valibot';

/** Limits of an order. */
export const limits = {
  /** Maximum lines. A DynamoDB transaction takes 100 items, and a reservation needs one for each product. */
  items: 50,
  quantity: 1000,
  /** Currency units, as in the API. */
  price: 100_000,
  /** Maximum lengths (characters). */
  text: 200,
  email: 254,
  id: 64,
  phone: 20,
} as const;

/** The order id is the execution name, so Lambda's rule for execution names applies (API reference, Invoke). */
export const orderIdPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** DynamoDB stores strings in UTF-8, which has no code for half of a surrogate pair. */
const wellFormed = (field: string) =>
  v.check((value: string) => value.isWellFormed(), `${field} must be valid Unicode`);

const text = (field: string) =>
  v.pipe(
    v.string(`${field} must be text`),
    v.minLength(1, `${field} must not be empty`),
    wellFormed(field),
    v.maxLength(limits.text, `${field} must be at most ${limits.text} characters`),
  );

/** Whether a price has at most two decimals. The tolerance allows for the rounding error of floating-point numbers. */
const hasAtMostTwoDecimals = (price: number) =>
  Math.abs(Math.round(price * 100) - price * 100) < 1e-6;

export const itemSchema = v.strictObject({
  productId: v.pipe(
    text('productId'),
    v.maxLength(limits.id, `productId must be at most ${limits.id} characters`),
  ),
  name: text('name'),
  quantity: v.pipe(
    v.number('quantity must be a whole number'),
    v.integer('quantity must be a whole number'),
    v.minValue(1, 'quantity must be at least 1'),
    v.maxValue(limits.quantity, `quantity must be at most ${limits.quantity}`),
  ),
  price: v.pipe(
    v.number('price must be a number'),
    v.minValue(0, 'price must not be negative'),
    v.maxValue(limits.price, `price must be at most ${limits.price}`),
    v.check(hasAtMostTwoDecimals, 'price must have at most two decimals'),
  ),
});

export const orderSchema = v.strictObject({
  customerId: v.pipe(
    text('customerId'),
    v.maxLength(limits.id, `customerId must be at most ${limits.id} characters`),
  ),
  customerEmail: v.pipe(
    v.string('customerEmail must be text'),
    v.maxLength(limits.email, `customerEmail must be at most ${limits.email} characters`),
    v.regex(/^[^\s@]+@[^\s@]+$/, 'customerEmail must be an e-mail address'),
    wellFormed('customerEmail'),
  ),
  customerPhone: v.optional(
    v.pipe(
      v.string('customerPhone must be text'),
      v.maxLength(limits.phone, `customerPhone must be at most ${limits.phone} characters`),
      v.regex(/^\+?[0-9 ()-]{3,}$/, 'customerPhone must be a phone number'),
    ),
  ),
  items: v.pipe(
    v.array(itemSchema, 'items must be a list'),
    v.maxLength(limits.items, `items must have at most ${limits.items} lines`),
  ),
});

/** The event that starts the workflow: from the CLI, the API or a direct invoke. */
export const orderEventSchema = v.strictObject({
  orderId: v.pipe(
    v.string('orderId must be text'),
    v.regex(orderIdPattern, 'orderId must be 1 to 64 letters, digits, hyphens or underscores'),
  ),
  order: orderSchema,
});

export type Order = v.InferOutput<typeof orderSchema>;
export type OrderItem = v.InferOutput<typeof itemSchema>;
export type OrderEvent = v.InferOutput<typeof orderEventSchema>;

/** One violation in an order. It contains no value of the order. */
export interface OrderProblem {
  /** The path of the field, like `items[0].quantity`. */
  readonly field: string;
  readonly message: string;
}

type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly OrderProblem[] };

/** Checks an order. Lists at most 20 problems. */
export function parseOrder(input: unknown): Parsed<Order> {
  return parse(orderSchema, input);
}

/** Checks the event of a workflow. Lists at most 20 problems. */
export function parseOrderEvent(input: unknown): Parsed<OrderEvent> {
  return parse(orderEventSchema, input);
}

const maxProblems = 20;

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): Parsed<v.InferOutput<Schema>> {
  // valibot accepts an array as an object without keys and would report every required field as missing.
  if (Array.isArray(input)) {
    return { ok: false, problems: [{ field: 'order', message: 'order must be an object' }] };
  }
  const result = v.safeParse(schema, input);
  if (result.success) return { ok: true, value: result.output };
  return { ok: false, problems: result.issues.slice(0, maxProblems).map(toOrderProblem) };
}

function toOrderProblem(issue: v.BaseIssue<unknown>): OrderProblem {
  const field = fieldPath(issue);
  if (issue.type !== 'strict_object') return { field, message: issue.message };
  // valibot reports unknown and missing keys as issues of the object.
  if (issue.expected === 'never') return { field, message: `${field} is not a field of an order` };
  if (issue.expected === 'Object') return { field, message: `${field} must be an object` };
  return { field, message: `${field} is required` };
}

function fieldPath(issue: v.BaseIssue<unknown>): string {
  let field = '';
  for (const { key } of issue.path ?? []) {
    field += typeof key === 'number' ? `[${key}]` : field ? `.${String(key)}` : String(key);
  }
  return field || 'order';
}

/** The sum of the lines (minor units). */
export function totalMinor(order: Pick<Order, 'items'>): number {
  return order.items.reduce((sum, item) => sum + toMinor(item.price) * item.quantity, 0);
}

/** Converts currency units to minor units (cents). */
export function toMinor(amount: number): number {
  return Math.round(amount * 100);
}

/** Converts minor units to currency units, as the API and the table contain them. */
export function toDecimal(minor: number): number {
  return Math.round(minor) / 100;
}

/**
 * Serializes an event with a fixed field order and prices of two decimals. Lambda compares the payloads of two starts with the same
 * name, so the CLI and the API must send the same bytes for the same order.
 */
export function canonicalEvent(event: OrderEvent): string {
  const { orderId, order } = event;
  return JSON.stringify({
    orderId,
    order: {
      customerId: order.customerId,
      customerEmail: order.customerEmail,
      ...(order.customerPhone === undefined ? {} : { customerPhone: order.customerPhone }),
      items: order.items.map(({ productId, name, quantity, price }) => ({
        productId,
        name,
        quantity,
        price: toDecimal(toMinor(price)),
      })),
    },
  });
}
