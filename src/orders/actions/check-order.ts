import { type Order, parseOrder } from '../../../functions/contract/order.ts';
import { UserError } from '../../user-error.ts';

/** Returns a value as an order. Throws a UserError that names every invalid field. */
export function checkOrder(value: unknown): Order {
  const parsed = parseOrder(value);
  if (parsed.ok) return parsed.value;
  const [first] = parsed.problems;
  throw new UserError(`The order is not valid: ${first?.message ?? 'unknown problem'}.`, {
    hint: parsed.problems.map(({ field, message }) => `${field}: ${message}`),
    code: 'InvalidOrder',
  });
}
