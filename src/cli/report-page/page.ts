/** The report of a load test as a self-contained HTML page. Charts are inline SVG, each with a table of its values. */
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import { minSamplesForPercentiles } from '../../workflow/statistics.ts';
import { formatMs, statisticsHeader, toStatisticsRow } from './format-figures.ts';
import {
  escapeHtml,
  renderCommand,
  renderDocument,
  renderFacts,
  renderPairs,
  renderScrollable,
  renderSection,
  renderTable,
} from './html.ts';
import {
  renderLatencyChart,
  renderStagesChart,
  renderStatusChart,
  renderThroughputChart,
} from './report-charts.ts';
import {
  checkTitles,
  environmentFacts,
  failedFirst,
  formatSubject,
  formatThresholdValue,
  formatVersions,
  formatWaits,
  hasFailed,
  isDecidedByChecks,
} from './report-labels.ts';

/** Maximum numbers of orders listed per failed check and in total. The JSON report lists all. */
const maxNamedFailures = 10;
const maxOrders = 2000;

/** Returns the HTML page of a report. */
export function renderLoadTestPage(report: LoadReport, label: string): string {
  const title = `Load test of ${label}`;
  return renderDocument(
    `${title}, ${report.startedAt}`,
    `<h1>${escapeHtml(title)}</h1>
${renderVerdict(report)}
${renderResults(report)}
${renderSection('Set-up', renderSetup(report))}
${renderSection('Order durations', renderLatencyChart(report) + renderTimes(report))}
${renderSection('Orders over time', renderStatusChart(report) + renderThroughputChart(report))}
${renderSection('Time between statuses', renderStagesChart(report))}
${renderSection('Outcomes', renderOutcomes(report) + renderOrders(report))}
${renderSection('Resource use of the test', renderToolUsage(report))}`,
  );
}

const truncationTexts = {
  stopped: 'stopped before all orders were submitted',
  interrupted: 'partial: the test was interrupted while orders were running',
  threshold: 'partial: a threshold was exceeded while orders were running',
  timeout: 'partial: --timeout was reached while orders were running',
  killed: 'partial: the test was killed or is still running',
} as const;

function renderVerdict(report: LoadReport): string {
  const { passed, cut, startedAt, outcome, durationMs, rate, times } = report;
  const { terminal } = times;
  const facts = [
    ['orders', `${outcome.completed} completed, ${outcome.failed} failed`],
    ['duration of the test', formatMs(durationMs)],
    [
      'an order took',
      terminal
        ? `${formatMs(terminal.median)}, ${terminal.p95 === undefined ? `at most ${formatMs(terminal.max)}` : `p95 ${formatMs(terminal.p95)}`}`
        : '–',
    ],
    ['completed per second', String(rate.completedPerSecond)],
    ['submitted per second', rate.sentPerSecond === undefined ? '–' : String(rate.sentPerSecond)],
    ['most submitted in one second', rate.peakSent ? String(rate.peakSent.orders) : '–'],
    ['most running at once', String(rate.peakRunning)],
    ['started', `${startedAt.slice(0, 19).replace('T', ' ')} UTC`],
  ] as const;
  const isIncomplete = passed && cut !== undefined && cut !== 'stopped';
  const [verdict, style] = isIncomplete
    ? ['◔ Incomplete, without a failure so far', 'undone']
    : passed
      ? ['✓ Passed', 'good']
      : ['✗ Failed', 'bad'];
  const reasons = [
    ...(cut ? [truncationTexts[cut]] : []),
    ...describeFailures('threshold', report.thresholds),
    ...describeFailures('check', report.checks),
  ];
  return (
    `<p><strong class="verdict ${style}">${verdict}</strong> ${reasons.join('; ')}</p>` +
    renderFacts(facts)
  );
}

function describeFailures(
  name: string,
  results: readonly { readonly passed: boolean; readonly notJudged?: string }[],
): string[] {
  const failed = results.filter(hasFailed).length;
  if (failed === 0) return [];
  return [`${failed} ${name}${failed === 1 ? '' : 's'} failed`];
}

/** Returns the thresholds and the checks. The list that decides comes first. */
function renderResults(report: LoadReport): string {
  const thresholds =
    report.thresholds.length > 0 ? renderSection('Thresholds', renderThresholds(report)) : '';
  const checks = renderSection('Checks', renderChecks(report));
  return isDecidedByChecks(report) ? `${checks}\n${thresholds}` : `${thresholds}\n${checks}`;
}

function renderSetup({ setup, mix, seed, round, warmUp, via, until }: LoadReport): string {
  const samples = Object.entries(mix).map(([name, count]) => `${name} ${count}`);
  const rows = [
    ...(setup
      ? [
          ['environment', environmentFacts(setup).join(', ')],
          ['function version', formatVersions(setup.functionVersions)],
          ['version of orders', setup.toolVersion ?? '–'],
          ['waits', formatWaits(setup.waits)],
        ]
      : []),
    ['mix', samples.join(', ') || '–'],
    ['seed', round === 1 ? String(seed) : `${seed}, run ${round}`],
    ['submitted', via === 'api' ? 'through the API' : 'by invoking the function'],
    ['followed until', until === 'terminal' ? 'the end' : until],
    ...(warmUp ? [['warm-up orders', String(warmUp.submitted)]] : []),
  ];
  const command = setup?.command;
  return (command ? renderCommand(command) : '') + renderPairs(rows);
}

const renderMark = (passed: boolean, notJudged?: string) =>
  notJudged
    ? '<span>– not checked</span>'
    : passed
      ? '<span class="good">✓ passed</span>'
      : '<span class="bad">✗ failed</span>';

function renderChecks({ checks: all }: LoadReport): string {
  const items = failedFirst(all).map(({ passed, notJudged, id, detail, faults }) => {
    const named = faults.slice(0, maxNamedFailures);
    const more = faults.length - named.length;
    const list = named.map(
      ({ message, ...of }) =>
        `<li><code>${escapeHtml(formatSubject(of))}</code> ${escapeHtml(message)}</li>`,
    );
    const rest = more > 0 ? `<li>and ${more} more in the JSON report</li>` : '';
    const failures = faults.length > 0 ? `<ul>${list.join('')}${rest}</ul>` : '';
    return `<dt>${renderMark(passed, notJudged)} ${checkTitles[id]}</dt><dd>${escapeHtml(detail)}${failures}</dd>`;
  });
  return `<dl class="checks">${items.join('')}</dl>`;
}

function renderThresholds({ thresholds: all }: LoadReport): string {
  const items = failedFirst(all).map(({ passed, expression, value }) => {
    const is =
      value === undefined ? 'nothing to measure' : `is ${formatThresholdValue(expression, value)}`;
    return `<dt>${renderMark(passed)} <code>${escapeHtml(expression)}</code></dt><dd>${is}</dd>`;
  });
  return `<dl class="checks">${items.join('')}</dl>`;
}

function renderTimes({ times: measured }: LoadReport): string {
  const names = {
    accepted: 'accepted after',
    firstStatus: 'first status after',
    reached: '--until status after',
    terminal: 'ended after',
    wait: 'of which waiting',
    active: 'of which active',
    drift: 'submission delay',
  } as const;
  const rows = (Object.keys(names) as (keyof typeof names)[]).flatMap((key) => {
    const found = measured[key];
    return found ? [toStatisticsRow(names[key], found)] : [];
  });
  if (rows.length === 0) return '';
  return renderScrollable('Times', renderTable(statisticsHeader('time'), rows));
}

function renderOutcomes({ outcome }: LoadReport): string {
  const { completed, failed, running, failures, errors, throttled } = outcome;
  const rows = [
    ['completed', String(completed)],
    ['failed', String(failed)],
    ...Object.entries(failures).map(([code, count]) => [`failed: ${code}`, String(count)]),
    ['running', String(running)],
    ...Object.entries(errors).map(([name, count]) => [`not submitted: ${name}`, String(count)]),
    ['throttled', String(throttled)],
  ];
  return renderScrollable('Outcomes', renderTable(['outcome', 'orders'], rows));
}

const orderHeader = ['order', 'sample', 'status', 'accepted', 'first status', 'took', 'active'];

function renderOrders({ orders }: LoadReport): string {
  const took = (ms: number | undefined) => (ms === undefined ? '' : formatMs(ms));
  const named = orders
    .slice(0, maxOrders)
    .map(({ orderId, sample, line, status, ...times }) => [
      orderId,
      line === undefined ? sample : `${sample}:${line}`,
      status,
      ...[times.acceptedMs, times.firstStatusMs, times.terminalMs, times.activeMs].map(took),
    ]);
  const more = orders.length - named.length;
  const rest = more > 0 ? `<p>and ${more} more in the JSON report</p>` : '';
  const table = renderScrollable('Orders', renderTable(orderHeader, named));
  // Without percentiles, the list of single orders is shown initially.
  const open = orders.length < minSamplesForPercentiles ? ' open' : '';
  return `<details${open}><summary>${orders.length} orders</summary>${table}${rest}</details>`;
}

/** Returns the resource use of the test, with warnings about the reliability of its statistics. */
function renderToolUsage({ tool, warnings }: LoadReport): string {
  const rows = [
    ['CPU time', `${tool.cpuSeconds} s, ${Math.round(tool.cpuShare * 100)}% of a core`],
    ['peak memory', `${Math.round(tool.peakMemoryBytes / 1e6)} MB`],
    ['event loop delay, p99', formatMs(tool.eventLoopDelayMs.p99)],
  ];
  const notes = warnings.map((text) => `<p><strong>! ${escapeHtml(text)}</strong></p>`);
  return notes.join('') + renderPairs(rows);
}
