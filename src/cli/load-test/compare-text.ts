/** A comparison of load tests as text. */
import type {
  Change,
  ComparedTime,
  Comparison,
} from '../../orders/load-test/compare/comparison.ts';
import {
  describeDifference,
  describeReasons,
  formatChange,
  formatCheckTitle,
  formatDifference,
  formatMeasured,
  formatRun,
  formatThresholdChange,
  timeTitles,
  verdictTexts,
} from '../report-page/compare-labels.ts';
import { formatLatency } from '../terminal/format-time.ts';
import type { TextStyle } from '../terminal/output-guard.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import { mark } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';

/** A row of any table of the comparison. */
interface Row {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly difference?: string;
  readonly change?: Change;
  readonly result: string;
}

/** Returns the verdict with its reasons, and the values of both runs. */
export function formatComparison(comparison: Comparison, stream: NodeJS.WriteStream): string {
  const width = stream.isTTY ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY;
  const { verdict, a, b, differences, notes } = comparison;
  const isBad = verdict === 'worse' || verdict === 'mixed';
  const sign = isBad ? 'failed' : verdict === 'better' ? 'done' : 'note';
  const lines = (text: string, indent: number) =>
    wrap(text.split(' '), { width, indent, separator: ' ' }).join('\n');
  const tables = buildTables(comparison).filter(({ rows }) => rows.length > 0);
  return [
    `${mark(sign, stream)} ${verdictTexts[verdict]}`,
    ...describeReasons(comparison).map((reason) => lines(reason, 2)),
    '█ RUNS',
    ...[`A  ${a.id}  ${formatRun(a)}`, `B  ${b.id}  ${formatRun(b)}`].map((text) => lines(text, 2)),
    ...(differences.length > 0 ? ['█ DIFFERENT SET-UP'] : []),
    ...differences.map((difference) => lines(describeDifference(difference), 2)),
    ...tables.map(({ title, rows }) =>
      formatTable(rows, createColumns(title), { header: true, width, stream }).trimEnd(),
    ),
    ...notes.map((note) => `${mark('note', stream)} ${lines(note, 2).trimStart()}`),
  ]
    .map((text) => `${text}\n`)
    .join('');
}

const styles: Partial<Record<Change, TextStyle>> = { better: 'green', worse: 'red' };

const createColumns = (title: string): Column<Row>[] => [
  { title: `█ ${title}`, text: ({ name }) => `  ${name}`, minWidth: 16 },
  { title: 'A', text: ({ a }) => a, align: 'right', minWidth: 8 },
  { title: 'B', text: ({ b }) => b, align: 'right', minWidth: 8 },
  { title: '', text: ({ difference = '' }) => difference, align: 'right', dropPriority: 1 },
  { title: '', text: ({ result }) => result, style: ({ change }) => change && styles[change] },
];

function buildTables(comparison: Comparison): { title: string; rows: Row[] }[] {
  const { thresholds, checks, times, outcomes, rates } = comparison;
  return [
    {
      title: 'THRESHOLDS',
      rows: thresholds.map(({ expression, a, b, change }) => ({
        name: expression,
        a: formatMeasured(expression, a),
        b: formatMeasured(expression, b),
        ...describe(change),
        result: formatThresholdChange(change),
      })),
    },
    {
      title: 'FAILED CHECKS',
      rows: checks.map(({ id, a = '–', b = '–', change }) => ({
        ...{ name: formatCheckTitle(id), a: String(a), b: String(b) },
        ...describe(change),
      })),
    },
    {
      title: 'TIMES',
      rows: times.filter(isShown).map(({ time, statistic, a, b, change }) => ({
        name: `${timeTitles[time]}, ${statistic}`,
        a: formatLatency(a),
        b: formatLatency(b),
        difference: formatDifference({ a, b }),
        ...describe(change),
      })),
    },
    {
      title: 'ORDERS',
      rows: outcomes.map(({ name, a, b, change }) => ({
        ...{ name, a: String(a), b: String(b) },
        ...(change ? describe(change) : { result: '' }),
      })),
    },
    {
      title: 'RATES',
      rows: rates.map(({ name, a, b }) => ({
        ...{ name, a: String(a), b: String(b), difference: formatDifference({ a, b }) },
        result: '',
      })),
    },
  ];
}

/** Whether a row is shown: a row of p99 requires enough orders. The page and the JSON output contain all rows. */
const isShown = ({ statistic, change }: ComparedTime) =>
  statistic !== 'p99' || change !== 'too-few-orders';

const describe = (change: Change | undefined) => ({
  ...(change ? { change } : {}),
  result: formatChange(change),
});
