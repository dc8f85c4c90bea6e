/** Texts of a comparison of load tests, for the terminal and for the page. */
import type { CheckId } from '../../orders/load-test/check-result.ts';
import type {
  Change,
  ComparedTime,
  ComparedTimeName,
  Comparison,
  MeasuredThreshold,
  RunSummary,
  Verdict,
} from '../../orders/load-test/compare/comparison.ts';
import type { Saturation } from '../../orders/load-test/compare/saturation.ts';
import type { SetupDifference } from '../../orders/load-test/compare/setup-differences.ts';
import { formatLatency } from '../terminal/format-time.ts';
import { checkTitles, formatThresholdValue } from './report-labels.ts';

export const verdictTexts: Record<Verdict, string> = {
  better: 'B is better than A',
  worse: 'B is worse than A',
  mixed: 'B is better than A in some respects and worse in others',
  'no-clear-difference': 'No clear difference',
  'too-few-orders': 'Too few orders',
  'not-comparable': 'The runs are not comparable',
};

const changeTexts: Record<Change, string> = {
  better: 'better',
  worse: 'worse',
  'no-clear-difference': 'no clear difference',
  'too-few-orders': 'too few orders',
};

export const timeTitles: Record<ComparedTimeName, string> = {
  accepted: 'accepted after',
  firstStatus: 'first status after',
  reached: '--until status after',
  terminal: 'ended after',
  active: 'of which active',
};

export const formatChange = (change: Change | undefined) =>
  change === undefined ? 'not judged' : changeTexts[change];

/** Returns how a threshold differs: whether it holds is a fact. */
export const formatThresholdChange = (change: Change | undefined) =>
  change === 'no-clear-difference' ? 'same result' : formatChange(change);

export const formatCheckTitle = (id: string) => checkTitles[id as CheckId] ?? id;

/** Returns the result of a threshold in one run: `✓ 8.1s`. */
export function formatMeasured(
  expression: string,
  measured: MeasuredThreshold | undefined,
): string {
  if (!measured) return '–';
  const { passed, value } = measured;
  const text = value === undefined ? 'nothing measured' : formatThresholdValue(expression, value);
  return `${passed ? '✓' : '✗'} ${text}`;
}

/** Returns the difference of B from A: `+12%`, and `+1.5s` if A is zero. */
export function formatDifference({ a, b }: Pick<ComparedTime, 'a' | 'b'>): string {
  const sign = b > a ? '+' : b < a ? '−' : '±';
  if (a === 0) return `${sign}${formatLatency(Math.abs(b - a))}`;
  return `${sign}${Math.round((Math.abs(b - a) / a) * 100)}%`;
}

export function formatRun({ environment, timeScale = 1, orders, passed }: RunSummary): string {
  const name = environment ?? 'unknown environment';
  const scale = timeScale === 1 ? '' : ` (time ×${timeScale})`;
  return `${name}${scale}, ${orders} orders, ${passed ? 'passed' : 'failed'}`;
}

/** Returns a difference as text: `rate: 10/s in A, 20/s in B`. */
export const describeDifference = ({ setting, a, b }: SetupDifference) =>
  `${setting}: ${a === b ? a : `${a} in A, ${b} in B`}`;

/** Returns the signs of saturation as sentences: `in B, the backlog grew: first status after 200ms at the start, 8.2s at the end`. */
function describeSaturation(name: string, saturation: Saturation | undefined): string[] {
  const { backlog, submitted } = saturation ?? {};
  const place = backlog?.later === 'middle' ? 'in the middle' : 'at the end';
  return [
    ...(backlog
      ? [
          `in ${name}, the backlog grew: first status after ${formatLatency(backlog.startMs)} at the start, ${formatLatency(backlog.laterMs)} ${place}`,
        ]
      : []),
    ...(submitted
      ? [
          `in ${name}, only ${submitted.perSecond} of ${submitted.scheduledPerSecond} orders per second were submitted`,
        ]
      : []),
  ];
}

/** Returns the rows that decide a verdict, or the settings and the load that prevent one, and the advice, as sentences. */
export function describeReasons(comparison: Comparison): string[] {
  const { verdict, differences, saturation, advice } = comparison;
  return [
    ...(verdict === 'not-comparable'
      ? differences.filter(({ prevents }) => prevents).map(describeDifference)
      : describeDecisiveRows(comparison)),
    ...describeSaturation('A', saturation.a),
    ...describeSaturation('B', saturation.b),
    ...advice,
  ];
}

function describeDecisiveRows({ checks, thresholds, times, outcomes }: Comparison): string[] {
  const isDecisive = ({ change }: { readonly change?: Change }) =>
    change === 'better' || change === 'worse';
  return [
    ...checks
      .filter(isDecisive)
      .map(({ id, a, b }) => `check ${formatCheckTitle(id)}: ${a} failures in A, ${b} in B`),
    ...thresholds
      .filter(isDecisive)
      .map(
        ({ expression, change }) =>
          `${expression}: ${change === 'worse' ? 'no longer holds' : 'now holds'}`,
      ),
    ...times
      .filter(isDecisive)
      .map(
        (row) =>
          `${timeTitles[row.time]}, ${row.statistic}: ${formatLatency(row.b)} instead of ${formatLatency(row.a)} (${formatDifference(row)})`,
      ),
    ...outcomes.filter(isDecisive).map(({ name, a, b }) => `${name} orders: ${b} instead of ${a}`),
  ];
}
