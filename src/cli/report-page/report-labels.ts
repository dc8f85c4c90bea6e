import type { CheckFailure, CheckId } from '../../orders/load-test/check-result.ts';
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import type { TestSetup } from '../../orders/load-test/test-setup.ts';
import { formatDuration, formatLatency } from '../terminal/format-time.ts';

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

/** Whether a check or a threshold has failed. A check that was not made has not. */
export const hasFailed = ({
  passed,
  notJudged,
}: {
  readonly passed: boolean;
  readonly notJudged?: string;
}) => !passed && !notJudged;

/** Whether checks have failed and no threshold has: then the checks come first, otherwise the thresholds. */
export const isDecidedByChecks = ({ checks, thresholds }: LoadReport) =>
  checks.some(hasFailed) && !thresholds.some(hasFailed);

/** Returns the failed checks or thresholds before the others. */
export const failedFirst = <Result extends { readonly passed: boolean }>(
  results: readonly Result[],
): Result[] => results.toSorted((a, b) => Number(hasFailed(b)) - Number(hasFailed(a)));

/** Returns where a load test ran: the environment with its time scale, the region and the stack. */
export const environmentFacts = ({
  environment,
  region,
  stack,
  timeScale,
}: Omit<TestSetup, 'waits'>): readonly string[] => [
  `${environment}${timeScale === 1 ? '' : ` (time ×${timeScale})`}`,
  region,
  `stack ${stack}`,
];

/** Returns the versions of the function, with their orders if there are several: `7`, `7 (180 orders), 8 (20 orders)`. */
export function formatVersions(versions: TestSetup['functionVersions']): string {
  const entries = Object.entries(versions);
  const [only] = entries;
  if (!only) return '–';
  if (entries.length === 1) return only[0];
  return entries.map(([version, count]) => `${version} (${count} orders)`).join(', ');
}

export const formatWaits = (waits: TestSetup['waits']) =>
  Object.entries(waits)
    .map(([name, ms]) => `${name} ${formatDuration(ms)}`)
    .join(', ');
