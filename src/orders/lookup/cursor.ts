import { orderIdPattern } from '../../../functions/contract/order.ts';
import { UserError } from '../../user-error.ts';
import type { ListingPosition } from './listing-index.ts';

/** The last order of a page, and the start of the listed range. */
export interface Cursor extends ListingPosition {
  /** RFC 3339 UTC. */
  readonly since: string;
}

/** Formats a cursor as an opaque text. It stays valid while newer orders arrive. */
export function formatCursor({ createdAt, since, orderId }: Cursor): string {
  const fields = [Date.parse(createdAt).toString(36), Date.parse(since).toString(36), orderId];
  return Buffer.from(fields.join('.')).toString('base64url');
}

/** Parses the text of `formatCursor`. Throws a UserError if it is not such a text. */
export function parseCursor(text: string): Cursor {
  const decoded = Buffer.from(text, 'base64url').toString();
  const [, createdAt, since, orderId = ''] =
    /^([0-9a-z]{1,11})\.([0-9a-z]{1,11})\.(.+)$/.exec(decoded) ?? [];
  const times = [createdAt, since].map((time) => new Date(Number.parseInt(time ?? '', 36)));
  const [at, from] = times.map((time) => (Number.isNaN(time.getTime()) ? '' : time.toISOString()));
  const cursor = at && from ? { createdAt: at, since: from, orderId } : undefined;
  if (cursor && orderIdPattern.test(orderId) && formatCursor(cursor) === text) return cursor;
  throw new UserError(`"${text}" is not a cursor of orders list.`, {
    hint: 'use the cursor at the end of a list, or start again: orders list',
    code: 'BadCursor',
  });
}
