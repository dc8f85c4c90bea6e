import { orderIdPattern } from '../../../functions/contract/order.ts';
import { UserError } from '../../user-error.ts';
import type { Position } from './listing-index.ts';

/** The order that a page ended with, and how far back the list it is of looks. */
export interface Cursor extends Position {
  /** RFC 3339 UTC. */
  readonly since: string;
}

/** A cursor as text that says nothing to people, and holds while newer orders arrive. */
export function formatCursor({ createdAt, since, orderId }: Cursor): string {
  const parts = [Date.parse(createdAt).toString(36), Date.parse(since).toString(36), orderId];
  return Buffer.from(parts.join('.')).toString('base64url');
}

/** Reads what `formatCursor` wrote. */
export function parseCursor(text: string): Cursor {
  const plain = Buffer.from(text, 'base64url').toString();
  const [, createdAt, since, orderId = ''] =
    /^([0-9a-z]{1,11})\.([0-9a-z]{1,11})\.(.+)$/.exec(plain) ?? [];
  const times = [createdAt, since].map((each) => new Date(Number.parseInt(each ?? '', 36)));
  const [at, from] = times.map((time) => (Number.isNaN(time.getTime()) ? '' : time.toISOString()));
  const cursor = at && from ? { createdAt: at, since: from, orderId } : undefined;
  if (cursor && orderIdPattern.test(orderId) && formatCursor(cursor) === text) return cursor;
  throw new UserError(`"${text}" is not a cursor of orders list.`, {
    hint: 'take it from the end of a list, or start anew: orders list',
    code: 'BadCursor',
  });
}
