import type { CheckFailure, CheckId } from '../../orders/load-test/check-result.ts';
import { formatLatency } from '../terminal/format-time.ts';

/** Display names of the checks. */
export const checkTitles: Record<CheckId, string> = {
  accepted: 'accepted',
  ended: 'expected outcome',
  'not-lost': 'none lost',
  'not-doubled': 'no duplicates',
  'own-data': 'correct data',
  transitions: 'transitions',
  'credit-check': 'credit check',
  payments: 'payments match',
  stock: 'stock matches',
  points: 'points match',
};

/** Returns the order or product that a check failure concerns. */
export const formatSubject = ({ orderId, productId }: Omit<CheckFailure, 'message'>) =>
  orderId ?? productId ?? '';

/** Returns the measured value of a threshold in the unit of its expression. */
export function formatThresholdValue(expression: string, value: number): string {
  if (expression.startsWith('rate')) return `${(value * 100).toFixed(1)}%`;
  return expression.startsWith('count') ? String(value) : formatLatency(value);
}
