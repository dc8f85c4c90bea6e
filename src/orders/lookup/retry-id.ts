import { limits } from '../../../functions/contract/order.ts';

/** An id with the number of its retry: `order-1-r2` is the first retry, the second attempt. */
const retryIdPattern = /^(.+)-r(\d{1,6})$/;
/** Together with the id of the original, these ids fit into one batch read. */
const maxEarlierIds = 98;

/**
 * Returns the id of an order's next retry: `order-1-r2` after `order-1`, then `order-1-r3`. `skip` leaves out that many
 * ids. The base of an id that would become too long is truncated.
 */
export function retryId(orderId: string, skip = 0): string {
  const [, base = orderId, number = '1'] = retryIdPattern.exec(orderId) ?? [];
  const suffix = `-r${Math.max(1, Number(number)) + 1 + skip}`;
  return `${base.slice(0, limits.id - suffix.length)}${suffix}`;
}

/** Lists the ids that the original of a retry may have, the nearest number first. Empty if the id is not a retry's. */
export function possibleOriginalIds(orderId: string): string[] {
  const [, base, number] = retryIdPattern.exec(orderId) ?? [];
  if (base === undefined) return [];
  const earlier = Array.from({ length: maxEarlierIds }, (_, back) => Number(number) - 1 - back);
  const retries = earlier.filter((n) => n > 1).map((n) => `${base}-r${n}`);
  return [...retries, base];
}
