import type { CheckId, Fault } from '../../orders/load-test/check-result.ts';
import { formatLatency } from '../terminal/format-time.ts';

/** What each check is called. */
export const checkTitles: Record<CheckId, string> = {
  accepted: 'accepted',
  ended: 'right end',
  'not-lost': 'nothing lost',
  'not-doubled': 'nothing doubled',
  'own-data': 'own data',
  transitions: 'transitions',
  'credit-check': 'credit check',
  payments: 'payments add up',
  stock: 'stock adds up',
  points: 'points add up',
};

/** What a fault is about. */
export const subjectOf = ({ orderId, productId }: Omit<Fault, 'message'>) =>
  orderId ?? productId ?? '';

/** What a threshold found, in the unit of its expression. */
export function figureOf(expression: string, value: number): string {
  if (expression.startsWith('rate')) return `${(value * 100).toFixed(1)}%`;
  return expression.startsWith('count') ? String(value) : formatLatency(value);
}
