/** Reads several orders from one file: a JSON array, or one order per line. */

import { parseJson } from '../../../functions/contract/parse-json.ts';
import { splitOrders } from '../../orders/actions/order-texts.ts';
import { newOrderId } from '../../orders/actions/submit.ts';
import type { BatchOrder } from '../../orders/actions/submit-batch.ts';
import { UserError } from '../../user-error.ts';
import { describeError } from '../command/json-output.ts';
import { checkOrderId, type OrderInput, toOrder } from './order-input.ts';

/** Returns whether a text contains several orders. A formatted order has several lines, but its first line alone is not JSON. */
export function isOrderBatch(text: string): boolean {
  const content = text.replace(/^\uFEFF/, '').trimStart();
  if (content.startsWith('[')) return true;
  const [first = '', ...others] = content.split('\n').filter((line) => line.trim() !== '');
  return others.length > 0 && isJson(first);
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns the orders of a text. An element is an order, or `{"orderId": …, "order": …}` as `--dry-run` prints it. Throws UserError for
 * the first invalid element, with its line, and for a repeated id: nothing is submitted then.
 */
export function readOrderBatch(
  text: string,
  input: OrderInput & { readonly file: string },
): BatchOrder[] {
  const name = input.file === '-' ? 'stdin' : input.file;
  const ids = new Map<string, number>();
  return splitOrders(text, name).map(({ line, text: element }) => {
    const order = atLine(`${name}, line ${line}`, () => readElement(element, input));
    const { orderId } = order.event;
    const earlier = ids.get(orderId);
    if (earlier !== undefined) {
      throw new UserError(`${name}, line ${line}: ${orderId} is also on line ${earlier}.`, {
        hint: 'give each order its own orderId',
        code: 'InvalidOrders',
      });
    }
    ids.set(orderId, line);
    return { line, ...order };
  });
}

function readElement(text: string, input: OrderInput): Omit<BatchOrder, 'line'> {
  const value = parseJson(text);
  const own = readEvent(value);
  const order = toOrder(own ? own.order : value, input);
  const orderId = own ? checkOrderId(own.orderId, 'orderId') : newOrderId();
  return { event: { orderId, order }, hasOwnId: own !== undefined };
}

/** Returns the id and the order of an element with both; undefined for a plain order. */
function readEvent(value: unknown): { orderId: string; order: unknown } | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'order'))
    return undefined;
  const { orderId, order, ...others } = value as Record<string, unknown>;
  if (typeof orderId !== 'string' || Object.keys(others).length > 0) return undefined;
  return { orderId, order };
}

function atLine<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    // The parser's message may quote the text, which may be personal data.
    const isOwn = cause instanceof UserError;
    const { message, hint } = describeError(cause);
    throw new UserError(isOwn ? `${place}: ${message}` : `${place} is not JSON.`, {
      hint,
      code: 'InvalidOrders',
      cause,
    });
  }
}
