/**
 * An order as it travels: over the API, in the CLI's files and in the workflow's event. The schema is the one
 * source of the runtime validation, of the API's JSON Schema and of the documented limits.
 */
import * as v from 'valibot';

/** Every limit of an order, each with its unit in the name or the comment. */
export const limits = {
  /** Lines of one order. DynamoDB transactions take 100 items, and a reservation is one a product. */
  items: 50,
  quantity: 1000,
  /** In currency units, as in the API: two decimals. */
  price: 100_000,
  /** Characters. */
  text: 200,
  email: 254,
  id: 64,
  phone: 20,
} as const;

/** Lambda's rule for an execution name (API reference, Invoke): the order id is the execution name. */
export const orderIdPattern = /^[A-Za-z0-9_-]{1,64}$/;

const text = (what: string) =>
  v.pipe(
    v.string(`${what} must be text`),
    v.minLength(1, `${what} must not be empty`),
    v.maxLength(limits.text, `${what} must be at most ${limits.text} characters`),
  );

/** A number with at most two decimals: floats carry cents exactly enough to be rounded to them. */
const hasCents = (price: number) => Math.abs(Math.round(price * 100) - price * 100) < 1e-6;

export const itemSchema = v.strictObject({
  productId: v.pipe(
    text('productId'),
    v.maxLength(limits.id, 'productId must be at most 64 characters'),
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
    v.check(hasCents, 'price must have at most two decimals'),
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

/** What the workflow is started with: by the CLI, by the API, or by a direct invoke. */
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

/** One thing wrong with an order: where, as `items[0].quantity`, and what. No value of the order is in it. */
export interface OrderProblem {
  readonly field: string;
  readonly message: string;
}

type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly OrderProblem[] };

export function parseOrder(input: unknown): Parsed<Order> {
  return parse(orderSchema, input);
}

export function parseOrderEvent(input: unknown): Parsed<OrderEvent> {
  return parse(orderEventSchema, input);
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): Parsed<v.InferOutput<Schema>> {
  // A list passes for an object whose keys are all missing; that would blame fields that were never meant.
  if (Array.isArray(input)) {
    return { ok: false, problems: [{ field: 'order', message: 'order must be an object' }] };
  }
  const result = v.safeParse(schema, input);
  if (result.success) return { ok: true, value: result.output };
  return { ok: false, problems: result.issues.slice(0, 20).map(problem) };
}

function problem(issue: v.BaseIssue<unknown>): OrderProblem {
  const field = fieldOf(issue);
  if (issue.type !== 'strict_object') return { field, message: issue.message };
  // valibot reports unknown and missing keys as issues of the object that has or lacks them.
  if (issue.expected === 'never') return { field, message: `${field} is not a field of an order` };
  if (issue.expected === 'Object') return { field, message: `${field} must be an object` };
  return { field, message: `${field} is required` };
}

function fieldOf(issue: v.BaseIssue<unknown>): string {
  let field = '';
  for (const { key } of issue.path ?? []) {
    field += typeof key === 'number' ? `[${key}]` : field ? `.${String(key)}` : String(key);
  }
  return field || 'order';
}

/** The sum of the lines in minor units (cents). */
export function totalMinor(order: Pick<Order, 'items'>): number {
  return order.items.reduce((sum, item) => sum + toMinor(item.price) * item.quantity, 0);
}

export function toMinor(amount: number): number {
  return Math.round(amount * 100);
}

/** Minor units as a decimal number with two places, as the API and the table carry it. */
export function toDecimal(minor: number): number {
  return Math.round(minor) / 100;
}

/**
 * The one byte sequence of an order: Lambda compares the payloads of two starts with one name, so the CLI and the
 * gateway must send the same bytes for the same order.
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
        price,
      })),
    },
  });
}
