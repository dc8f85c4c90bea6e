/** What an order that has come to rest must have left in the books: of money, of stock, of points. */
import type { OrderRecord, Reservation } from './api.ts';
import { totalMinor } from './order.ts';
import { isEnd } from './workflow.ts';

export interface Due {
  /** What the customer has paid and not got back, in minor units. */
  readonly paidMinor: number;
  /** What may have become of its stock; `undefined` is an order that never reserved any. */
  readonly reservations: readonly (Reservation | undefined)[];
  /** What it may have been credited with. */
  readonly points: readonly number[];
}

type Settled = Pick<OrderRecord, 'status' | 'items' | 'flagged' | 'warnings'>;

/** The points of an order: one for every ten units of currency. */
export function pointsFor(minor: number): number {
  return Math.floor(minor / 1000);
}

/**
 * What is due of an order that has ended; undefined while it is on its way, and of one that is flagged: what became of
 * that one is for a person to find out.
 */
export function dueOf({ status, items, flagged, warnings = [] }: Settled): Due | undefined {
  if (!isEnd(status) || flagged) return undefined;
  if (status !== 'completed') {
    return { paidMinor: 0, reservations: ['released', undefined], points: [0] };
  }
  const total = totalMinor({ items: [...items] });
  const points = pointsFor(total);
  // Points that could not be credited are told as a warning, and one of its attempts may have been served.
  const withoutPoints = warnings.some(({ stage }) => stage === 'update-loyalty-points');
  return {
    paidMinor: total,
    reservations: ['handed-over'],
    points: withoutPoints ? [points, 0] : [points],
  };
}

/** The key under which an order is paid for, once. */
export function paymentKey(orderId: string): string {
  return `${orderId}/process-payment`;
}

/** Where the points of an order are kept. No order id holds the mark, so that no order's entry can be the balance. */
export function pointsEntry(orderId: string): string {
  return `order#${orderId}`;
}

/** The products of an order with their quantities; lines of one product are one. */
export function quantitiesOf({ items }: Pick<OrderRecord, 'items'>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { productId, quantity } of items) {
    sums.set(productId, (sums.get(productId) ?? 0) + quantity);
  }
  return sums;
}
