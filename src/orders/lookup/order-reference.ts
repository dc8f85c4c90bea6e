/** References to orders in command lines. Pure. */
import { orderIdPattern } from '../../../functions/contract/order.ts';
import { UserError } from '../../user-error.ts';

export type OrderReference =
  /** The order `back` places from the end: 1 is the newest. */
  | { readonly kind: 'recent'; readonly back: number }
  | { readonly kind: 'arn'; readonly arn: string; readonly orderId: string }
  | { readonly kind: 'id'; readonly text: string };

/** Maximum N of `@-N`. */
const maxStepsBack = 1000;

/**
 * Parses a reference: a full id, a prefix of one, `latest`, `@-2` (the second newest), or an execution ARN. Throws a
 * UserError for any other text.
 */
export function parseReference(text: string): OrderReference {
  if (text === 'latest') return { kind: 'recent', back: 1 };
  const back = Number(/^@-(\d+)$/.exec(text)?.[1]);
  if (back >= 1 && back <= maxStepsBack) return { kind: 'recent', back };
  const arn = /^arn:[^/]+\/durable-execution\/([^/]+)\/[^/]+$/.exec(text);
  if (arn?.[1]) return { kind: 'arn', arn: text, orderId: arn[1] };
  if (orderIdPattern.test(text)) return { kind: 'id', text };
  throw new UserError(`"${text}" is not an order id, a prefix of one, or an execution ARN.`, {
    hint: ['orders get latest', 'orders get @-2 is the second newest order'],
    code: 'BadReference',
  });
}

/** Whether a text is long enough for a prefix: four characters, not counting the `order-` of nearly every id. */
export function isPrefix(text: string): boolean {
  return text.replace(/^order-/, '').length >= 4;
}

/**
 * Returns the id that begins with `prefix` (`order-` may be left out), undefined if there is none. Throws a UserError if
 * there are several.
 */
export function pickByPrefix(prefix: string, ids: Iterable<string>): string | undefined {
  const found = [...new Set(ids)].filter(
    (id) => id.startsWith(prefix) || id.startsWith(`order-${prefix}`),
  );
  if (found.length <= 1) return found[0];
  throw new UserError(`"${prefix}" matches ${found.length} orders.`, {
    hint: [found.slice(0, 5).join('  '), 'use a longer prefix'],
    code: 'Ambiguous',
  });
}
