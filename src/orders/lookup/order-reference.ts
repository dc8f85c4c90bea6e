/** How a person may name an order. Pure. */
import { orderIdPattern } from '../../../functions/contract/order.ts';
import { UserError } from '../../user-error.ts';

export type Reference =
  /** `back` orders before now: 1 is the newest. */
  | { readonly kind: 'recent'; readonly back: number }
  | { readonly kind: 'arn'; readonly arn: string; readonly orderId: string }
  | { readonly kind: 'id'; readonly text: string };

/** How far back `@-N` reaches. */
const mostBack = 1000;

/** Reads a reference: a full id, the beginning of one, `latest`, `@-2` (the second newest), or an execution ARN. */
export function parseReference(text: string): Reference {
  if (text === 'latest') return { kind: 'recent', back: 1 };
  const back = Number(/^@-(\d+)$/.exec(text)?.[1]);
  if (back >= 1 && back <= mostBack) return { kind: 'recent', back };
  const arn = /^arn:[^/]+\/durable-execution\/([^/]+)\/[^/]+$/.exec(text);
  if (arn?.[1]) return { kind: 'arn', arn: text, orderId: arn[1] };
  if (orderIdPattern.test(text)) return { kind: 'id', text };
  throw new UserError(`"${text}" is not an order id, the beginning of one, or an execution ARN.`, {
    hint: ['orders get latest', 'orders get @-2 is the second newest order'],
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
