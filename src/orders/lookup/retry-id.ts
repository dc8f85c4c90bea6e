import { limits } from '../../../functions/contract/order.ts';

/**
 * The id of an order's next try: `order-1-r2`, and after that `order-1-r3`; with `skip`, of one that many later. As
 * long as ids may be: the end of a long one gives way.
 */
export function retryId(orderId: string, skip = 0): string {
  const [, base = orderId, tries = '1'] = /^(.+)-r(\d{1,6})$/.exec(orderId) ?? [];
  const suffix = `-r${Math.max(1, Number(tries)) + 1 + skip}`;
  return `${base.slice(0, limits.id - suffix.length)}${suffix}`;
}

/** The ids that a try counts on from, the nearest first, at most a batch of them; none for an order that is no try. */
export function earlierIds(orderId: string): string[] {
  const [, base, tries] = /^(.+)-r(\d{1,6})$/.exec(orderId) ?? [];
  if (base === undefined) return [];
  const before = Array.from({ length: 98 }, (_, back) => Number(tries) - 1 - back);
  return [...before.filter((each) => each > 1).map((each) => `${base}-r${each}`), base];
}
