import { type Order, parseOrder } from '../../../functions/contract/order.ts';
import { UserError } from '../../user-error.ts';

/** What was given as an order, of the shape that one has. Throws a UserError that names every field that is wrong. */
export function checkOrder(given: unknown): Order {
  const parsed = parseOrder(given);
  if (parsed.ok) return parsed.value;
  const [first] = parsed.problems;
  throw new UserError(`The order is not valid: ${first?.message ?? 'unknown problem'}.`, {
    hint: parsed.problems.map(({ field, message }) => `${field}: ${message}`),
    code: 'InvalidOrder',
  });
}
