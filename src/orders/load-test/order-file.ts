/** Parses the orders of a file. Pure. */
import { parseOrder } from '../../../functions/contract/order.ts';
import { parseJson } from '../../../functions/contract/parse-json.ts';
import { UserError } from '../../user-error.ts';
import { type OrderText, orderFormatHint, splitOrders } from '../actions/order-texts.ts';
import { waitsForReview } from './expected-outcome.ts';
import type { FileOrder } from './plan.ts';

/** Parses a JSON array of orders, or one order per line. Throws a UserError that names the line and the field. */
export function parseOrderFile(text: string, name: string): FileOrder[] {
  return splitOrders(text, `--file ${name}`).map((orderText) => ({
    line: orderText.line,
    order: parseOrderText(orderText, name),
  }));
}

function parseOrderText({ line, text }: OrderText, name: string): FileOrder['order'] {
  const location = `${name}, line ${line}`;
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    // The parser's message quotes the text, which may be personal data.
    throw orderFileError(location, 'is not JSON');
  }
  const parsed = parseOrder(value);
  if (!parsed.ok) {
    const problems = parsed.problems.map(({ field, message }) => `${field}: ${message}`);
    throw orderFileError(location, `is not an order: ${parsed.problems[0]?.message}`, problems);
  }
  const { customerId } = parsed.value;
  if (waitsForReview(parsed.value)) {
    throw orderFileError(location, `would wait for a review: customerId ${customerId}`);
  }
  return parsed.value;
}

function orderFileError(
  location: string,
  problem: string,
  hints: readonly string[] = [],
): UserError {
  return new UserError(`--file ${location} ${problem}.`, {
    hint: hints.length > 0 ? hints : orderFormatHint,
    code: 'InvalidOrders',
  });
}
