/** The report of a load test as one page that needs nothing else: its charts are inline, each with its figures as a table. */
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import { leastForPercentiles } from '../../workflow/statistics.ts';
import { msText, statisticsHead, statisticsRow } from './format-figures.ts';
import { escapeHtml, scrolled, section, tableOf } from './html.ts';
import { style } from './page-style.ts';
import { latencyChart, stagesChart, statusChart, throughputChart } from './report-charts.ts';
import { checkTitles, figureOf, subjectOf } from './report-labels.ts';

/** So many orders of a check that failed, and of all, are on the page; the JSON has every one. */
const mostFaults = 10;
const mostOrders = 2000;

/** The page. */
export function loadPage(report: LoadReport, label: string): string {
  const title = `Load test of ${label}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(`${title}, ${report.startedAt}`)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${verdict(report)}
${section('Checks', checks(report))}
${report.thresholds.length > 0 ? section('Thresholds', thresholds(report)) : ''}
${section('How long orders took', latencyChart(report) + scrolled('Times', times(report)))}
${section('Orders over time', statusChart(report) + throughputChart(report))}
${section('From each status to the next', stagesChart(report))}
${section('Outcomes', outcomes(report) + orderList(report))}
${section('The test itself', toolTable(report))}
</main>
</body>
</html>
`;
}

const cuts = {
  stopped: 'stopped before all orders were submitted',
  interrupted: 'partial: it was interrupted, and orders are on their way',
  threshold: 'partial: a threshold was broken, and orders are on their way',
  timeout: 'partial: --timeout was reached, and orders are on their way',
  killed: 'partial: it was killed or is not over; this is what it had seen',
} as const;

function verdict(report: LoadReport): string {
  const { passed, cut, startedAt, seed, outcome, durationMs, rate } = report;
  const facts = [
    ['orders', `${outcome.completed} completed, ${outcome.failed} failed`],
    ['in', msText(durationMs)],
    ['completed a second', String(rate.completedPerSecond)],
    ['at once', `at most ${rate.peakRunning}`],
    ['seed', String(seed)],
    ['started', `${startedAt.slice(0, 19).replace('T', ' ')} UTC`],
  ];
  const list = facts.map(
    ([name = '', value = '']) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return (
    `<p><strong class="verdict ${passed ? 'good' : 'bad'}">${passed ? '✓ Passed' : '✗ Failed'}</strong>${cut ? ` ${cuts[cut]}` : ''}</p>` +
    `<dl class="facts">${list.join('')}</dl>`
  );
}

const sign = (passed: boolean, notJudged?: string) =>
  notJudged
    ? '<span>– not judged</span>'
    : passed
      ? '<span class="good">✓ passed</span>'
      : '<span class="bad">✗ failed</span>';

function checks({ checks: all }: LoadReport): string {
  const items = all.map(({ passed, notJudged, id, detail, faults }) => {
    const named = faults.slice(0, mostFaults);
    const more = faults.length - named.length;
    const list = named.map(
      ({ message, ...of }) =>
        `<li><code>${escapeHtml(subjectOf(of))}</code> ${escapeHtml(message)}</li>`,
    );
    const rest = more > 0 ? `<li>and ${more} more, all of them in the JSON report</li>` : '';
    const which = faults.length > 0 ? `<ul>${list.join('')}${rest}</ul>` : '';
    return `<dt>${sign(passed, notJudged)} ${checkTitles[id]}</dt><dd>${escapeHtml(detail)}${which}</dd>`;
  });
  return `<dl class="checks">${items.join('')}</dl>`;
}

function thresholds({ thresholds: all }: LoadReport): string {
  const items = all.map(({ passed, expression, value }) => {
    const is = value === undefined ? 'nothing to measure' : `is ${figureOf(expression, value)}`;
    return `<dt>${sign(passed)} <code>${escapeHtml(expression)}</code></dt><dd>${is}</dd>`;
  });
  return `<dl class="checks">${items.join('')}</dl>`;
}

function times({ times: measured }: LoadReport): string {
  const names = {
    accepted: 'due to accepted',
    firstStatus: 'due to first status',
    reached: 'due to the status of --until',
    terminal: 'due to end',
    wait: 'of it waits',
    active: 'of it active',
    drift: 'sent after due',
  } as const;
  const rows = (Object.keys(names) as (keyof typeof names)[]).flatMap((key) => {
    const found = measured[key];
    return found ? [statisticsRow(names[key], found)] : [];
  });
  return tableOf(statisticsHead, rows);
}

function outcomes({ outcome }: LoadReport): string {
  const { completed, failed, running, failures, errors, throttled } = outcome;
  const rows = [
    ['completed', String(completed)],
    ['failed', String(failed)],
    ...Object.entries(failures).map(([code, count]) => [`failed: ${code}`, String(count)]),
    ['running', String(running)],
    ...Object.entries(errors).map(([name, count]) => [`not submitted: ${name}`, String(count)]),
    ['throttled', String(throttled)],
  ];
  return tableOf(['', 'orders'], rows);
}

const orderHead = ['order', 'sample', 'status', 'accepted', 'first status', 'took', 'active'];

function orderList({ orders }: LoadReport): string {
  const took = (ms: number | undefined) => (ms === undefined ? '' : msText(ms));
  const named = orders
    .slice(0, mostOrders)
    .map(({ orderId, sample, line, status, ...times }) => [
      orderId,
      line === undefined ? sample : `${sample}:${line}`,
      status,
      ...[times.acceptedMs, times.firstStatusMs, times.terminalMs, times.activeMs].map(took),
    ]);
  const more = orders.length - named.length;
  const rest = more > 0 ? `<p>and ${more} more, all of them in the JSON report</p>` : '';
  const table = scrolled('Orders', tableOf(orderHead, named));
  // Of few orders there are no percentiles: each is shown.
  const open = orders.length < leastForPercentiles ? ' open' : '';
  return `<details${open}><summary>${orders.length} orders</summary>${table}${rest}</details>`;
}

/** What the test itself took, and what makes its figures doubtful. */
function toolTable({ tool, warmUp, warnings }: LoadReport): string {
  const rows = [
    ['CPU time', `${tool.cpuSeconds} s, ${Math.round(tool.cpuShare * 100)}% of a core`],
    ['memory at most', `${Math.round(tool.peakMemoryBytes / 1e6)} MB`],
    ['event loop late, p99', msText(tool.eventLoopDelayMs.p99)],
    ...(warmUp ? [['orders before, in no figure', String(warmUp.submitted)]] : []),
  ];
  const notes = warnings.map((each) => `<p><strong>! ${escapeHtml(each)}</strong></p>`);
  return notes.join('') + tableOf(['', ''], rows);
}
