/** A comparison of two load tests as a self-contained HTML page. */
import type { Change, Comparison, Verdict } from '../../orders/load-test/compare/comparison.ts';
import type { StoredRun } from '../../orders/load-test/compare/stored-runs.ts';
import { formatLatency } from '../terminal/format-time.ts';
import {
  describeReasons,
  formatChange,
  formatCheckTitle,
  formatDifference,
  formatMeasured,
  formatRun,
  formatThresholdChange,
  timeTitles,
  verdictTexts,
} from './compare-labels.ts';
import {
  escapeHtml,
  renderCommand,
  renderDocument,
  renderPairs,
  renderScrollable,
  renderSection,
  renderTable,
} from './html.ts';
import { renderLines } from './svg-charts.ts';

const verdictSigns: Record<Verdict, readonly [sign: string, style: string]> = {
  better: ['✓', 'good'],
  worse: ['✗', 'bad'],
  mixed: ['✗', 'bad'],
  'no-clear-difference': ['≈', ''],
  'too-few-orders': ['?', ''],
  'not-comparable': ['≠', 'undone'],
};

/** Returns the page of the comparison of two runs. */
export function renderComparisonPage(
  comparison: Comparison,
  runs: { readonly a: StoredRun; readonly b: StoredRun },
): string {
  const { verdict, a, b, notes } = comparison;
  const [sign, style] = verdictSigns[verdict];
  const reasons = describeReasons(comparison).map((reason) => `<li>${escapeHtml(reason)}</li>`);
  const commands = [a, b].flatMap(({ command }) =>
    command === undefined ? [] : renderCommand(command),
  );
  const sections = [
    renderThresholds(comparison),
    renderChecks(comparison),
    renderTimes(comparison, runs),
    renderSetup(comparison),
    renderOrders(comparison),
  ];
  return renderDocument(
    'Comparison of two load tests',
    `<h1>Comparison of two load tests</h1>
<p><strong class="verdict ${style}">${sign} ${escapeHtml(verdictTexts[verdict])}</strong></p>
${reasons.length > 0 ? `<ul>${reasons.join('')}</ul>` : ''}
${renderPairs([
  ['A', `${a.id}: ${formatRun(a)}`],
  ['B', `${b.id}: ${formatRun(b)}`],
])}
${commands.length > 0 ? `<p>Commands of A and B:</p>${commands.join('')}` : ''}
${sections.join('\n')}
${renderSection('Notes', notes.map((note) => `<p>${escapeHtml(note)}</p>`).join(''))}`,
  );
}

const classes: Readonly<Record<string, string>> = {
  [formatResult('better')]: 'good',
  [formatResult('worse')]: 'bad',
};

/** Returns how B differs, with a sign, so that the color is not the only one. */
function formatResult(change: Change | undefined, format = formatChange): string {
  const signs: Partial<Record<Change, string>> = { better: '✓ ', worse: '✗ ' };
  return `${change ? (signs[change] ?? '') : ''}${format(change)}`;
}

function renderRows(
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return renderScrollable(
    title,
    renderTable(header, rows, (cell) => classes[cell]),
  );
}

function renderThresholds({ thresholds }: Comparison): string {
  if (thresholds.length === 0) return '';
  const rows = thresholds.map(({ expression, a, b, change }) => [
    expression,
    formatMeasured(expression, a),
    formatMeasured(expression, b),
    a && b ? formatResult(change, formatThresholdChange) : '',
  ]);
  return renderSection(
    'Thresholds',
    renderRows('Thresholds', ['threshold', 'A', 'B', 'B is'], rows),
  );
}

function renderChecks({ checks }: Comparison): string {
  if (checks.length === 0) return renderSection('Checks', '<p>Both runs passed all checks.</p>');
  const rows = checks.map(({ id, a = '–', b = '–', change }) => [
    formatCheckTitle(id),
    String(a),
    String(b),
    formatResult(change),
  ]);
  const header = ['failed check', 'failures in A', 'failures in B', 'B is'];
  return renderSection('Checks', renderRows('Checks', header, rows));
}

function renderTimes(
  { times }: Comparison,
  runs: { readonly a: StoredRun; readonly b: StoredRun },
): string {
  const rows = times.map(({ time, statistic, a, b, clearMs, change }) => [
    `${timeTitles[time]}, ${statistic}`,
    formatLatency(a),
    formatLatency(b),
    formatDifference({ a, b }),
    clearMs === undefined ? '' : formatLatency(clearMs),
    formatResult(change),
  ]);
  if (rows.length === 0) return renderSection('Times', '<p>The runs have no times in common.</p>');
  const header = ['time', 'A', 'B', 'difference', 'clear from', 'B is'];
  return renderSection('Times', renderPercentiles(runs) + renderRows('Times', header, rows));
}

/** Number of points of the percentile chart. */
const pointCount = 40;

/** Returns a chart of the percentiles of the orders' durations: their active part, or another time that both runs have. */
function renderPercentiles(runs: { readonly a: StoredRun; readonly b: StoredRun }): string {
  const names = ['active', 'reached', 'accepted'] as const;
  const durations = (run: StoredRun, name: (typeof names)[number]) =>
    run.report.orders
      .flatMap(({ [`${name}Ms` as const]: ms }) => ms ?? [])
      .toSorted((a, b) => a - b);
  const shown = names.find((name) =>
    [runs.a, runs.b].every((run) => durations(run, name).length > 1),
  );
  if (!shown) return '';
  const series = (
    [
      ['A', 'a', runs.a],
      ['B', 'c', runs.b],
    ] as const
  ).map(([name, color, run]) => {
    const sorted = durations(run, shown);
    const values = Array.from({ length: pointCount + 1 }, (_, index) => {
      const rank = Math.round((index / pointCount) * (sorted.length - 1));
      return (sorted[rank] ?? 0) / 1000;
    });
    return { name, color, values };
  });
  const format = (percent: number) => `${Math.round(percent * 10) / 10}%`;
  const title = {
    active: 'Active time by share of the orders (seconds)',
    reached: 'Time to the status of --until by share of the orders (seconds)',
    accepted: 'Time to acceptance by share of the orders (seconds)',
  }[shown];
  return renderLines({
    title,
    about: 'For each share of the orders, the time that at least this share did not exceed.',
    ...{ from: 0, to: 100, format, series },
    ticks: [0, 25, 50, 75, 100].map((at) => ({ at, label: format(at) })),
  });
}

function renderSetup({ differences }: Comparison): string {
  if (differences.length === 0) return renderSection('Set-up', '<p>No difference.</p>');
  const rows = differences.map(({ setting, a, b, prevents }) => [
    setting,
    a,
    b,
    prevents ? 'not comparable' : '',
  ]);
  const table = renderTable(['different', 'A', 'B', 'effect'], rows);
  return renderSection('Set-up', renderScrollable('Set-up', `<div class="text">${table}</div>`));
}

function renderOrders({ outcomes, rates }: Comparison): string {
  const rows = [
    ...outcomes.map(({ name, a, b, change }) => [
      `${name} orders`,
      String(a),
      String(b),
      change ? formatResult(change) : '',
    ]),
    ...rates.map(({ name, a, b }) => [name, String(a), String(b), formatDifference({ a, b })]),
  ];
  return renderSection(
    'Orders and rates',
    renderRows('Orders and rates', ['orders', 'A', 'B', 'difference'], rows),
  );
}
