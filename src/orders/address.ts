/** How a person may name an order. Pure. */
import { orderIdPattern } from '../../functions/contract/order.ts';
import { UserError } from '../user-error.ts';

export type Reference =
  | { readonly kind: 'latest' }
  | { readonly kind: 'arn'; readonly arn: string; readonly orderId: string }
  | { readonly kind: 'id'; readonly text: string };

/** Reads a reference: a full id, the beginning of one, `latest`, or an execution ARN. */
export function parseReference(text: string): Reference {
  if (text === 'latest') return { kind: 'latest' };
  const arn = /^arn:[^/]+\/durable-execution\/([^/]+)\/[^/]+$/.exec(text);
  if (arn?.[1]) return { kind: 'arn', arn: text, orderId: arn[1] };
  if (orderIdPattern.test(text)) return { kind: 'id', text };
  throw new UserError(`"${text}" is not an order id, the beginning of one, or an execution ARN.`, {
    hint: 'orders get latest',
    code: 'BadReference',
  });
}

/** At least four characters of an id tell it apart; `order-` is part of nearly every id and says nothing. */
export function isPrefix(text: string): boolean {
  return text.replace(/^order-/, '').length >= 4;
}

/** The one id that begins with `prefix` (`order-` may be left out); several are a question back. */
export function pickByPrefix(prefix: string, ids: Iterable<string>): string | undefined {
  const found = [...new Set(ids)].filter(
    (id) => id.startsWith(prefix) || id.startsWith(`order-${prefix}`),
  );
  if (found.length <= 1) return found[0];
  throw new UserError(`"${prefix}" begins ${found.length} orders.`, {
    hint: [found.slice(0, 5).join('  '), 'give more of the id'],
    code: 'Ambiguous',
  });
}
