/** The side effects that an order must have when it has ended: payment, stock and loyalty points. */
import type { OrderRecord, Reservation } from './api.ts';
import { totalMinor } from './order.ts';
import { isTerminal } from './workflow.ts';

export interface ExpectedSideEffects {
  /** Charged and not refunded (minor units). */
  readonly paidMinor: number;
  /** Allowed states of the reservation; `undefined` means that no stock was reserved. */
  readonly reservations: readonly (Reservation | undefined)[];
  /** Allowed numbers of loyalty points. */
  readonly points: readonly number[];
}

type EndedOrder = Pick<OrderRecord, 'status' | 'items' | 'flagged' | 'warnings'>;

/** Loyalty points for a total in minor units: one point for every ten currency units. */
export function loyaltyPointsFor(totalMinor: number): number {
  return Math.floor(totalMinor / 1000);
}

/**
 * Returns the side effects that an ended order must have. Undefined for a running order, and for a flagged order, whose
 * side effects a person has to check.
 */
export function expectedSideEffects({
  status,
  items,
  flagged,
  warnings = [],
}: EndedOrder): ExpectedSideEffects | undefined {
  if (!isTerminal(status) || flagged) return undefined;
  if (status !== 'completed') {
    return { paidMinor: 0, reservations: ['released', undefined], points: [0] };
  }
  const total = totalMinor({ items: [...items] });
  const points = loyaltyPointsFor(total);
  // The warning means that every attempt failed, but one of them may have credited the points before it failed.
  const mayLackPoints = warnings.some(({ stage }) => stage === 'update-loyalty-points');
  return {
    paidMinor: total,
    reservations: ['handed-over'],
    points: mayLackPoints ? [points, 0] : [points],
  };
}

/** The ordered quantity of each product; several lines of a product are added up. */
export function quantityByProduct({ items }: Pick<OrderRecord, 'items'>): Map<string, number> {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of items) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  }
  return quantities;
}
