/** The report of a load test as one page that needs nothing else: its charts are inline, each with its figures as a table. */
import type { LoadedOrder, LoadReport } from '../orders/load-test/report.ts';
import type { Statistics } from '../orders/load-test/statistics.ts';
import { barChart, escapeHtml, lineChart } from './charts.ts';
import { formatDuration } from './duration.ts';
import { figureOf } from './load-report.ts';

const ms = (value: number) => (value < 1000 ? `${Math.round(value)} ms` : formatDuration(value));

/** The page. */
export function loadPage(report: LoadReport, label: string): string {
  const { passed, startedAt, seed, cut } = report;
  const title = `Load test of ${label}, ${startedAt}`;
  const verdict = `${passed ? 'Passed' : 'Failed'}${cut ? `, partial (${cut})` : ''}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<main>
<h1>${escapeHtml(title)}</h1>
<p><strong class="${passed ? 'good' : 'bad'}">${verdict}</strong> · seed ${seed} · ${report.outcome.submitted} orders in ${ms(report.durationMs)} · ${report.rate.completedPerSecond} completed a second · at most ${report.rate.peakRunning} at once</p>
${section('Checks', checksTable(report))}
${report.thresholds.length > 0 ? section('Thresholds', thresholdsTable(report)) : ''}
${section('How long orders took', latencyChart(report) + timesTable(report))}
${section('Orders over time', overTime(report))}
${section('From each status to the next', stagesChart(report))}
${section('Outcomes', outcomes(report))}
</main>
</html>
`;
}

const section = (title: string, content: string) =>
  `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]) =>
    row.map((each) => `<${tag}>${escapeHtml(each)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('');
  return `<table><thead><tr>${cells('th', head)}</tr></thead><tbody>${body}</tbody></table>`;
}

function checksTable({ checks }: LoadReport): string {
  return table(
    ['', 'check', 'found', 'orders'],
    checks.map(({ passed, id, detail, faults }) => [
      passed ? '✓' : '✗',
      id,
      detail,
      faults.map(({ orderId, message }) => `${orderId}: ${message}`).join('; '),
    ]),
  );
}

function thresholdsTable({ thresholds }: LoadReport): string {
  return table(
    ['', 'threshold', 'is'],
    thresholds.map(({ passed, expression, value }) => [
      passed ? '✓' : '✗',
      expression,
      value === undefined ? 'nothing to measure' : figureOf(expression, value),
    ]),
  );
}

const statisticsRow = (name: string, { n, min, median, p95, p99, max }: Statistics) => [
  name,
  String(n),
  ...[min, median, p95, p99, max].map((each) => (each === undefined ? '' : ms(each))),
];
const statisticsHead = ['', 'n', 'min', 'median', 'p95', 'p99', 'max'];

function timesTable({ times }: LoadReport): string {
  const names = {
    accepted: 'submit to accepted',
    terminal: 'submit to end',
    active: 'active, without waits',
    drift: 'sent after due',
  } as const;
  const rows = (Object.keys(names) as (keyof typeof names)[]).flatMap((key) => {
    const found = times[key];
    return found ? [statisticsRow(names[key], found)] : [];
  });
  return table(statisticsHead, rows);
}

/** How many orders took how long, in so many classes. */
function latencyChart({ orders }: LoadReport): string {
  const classes = 20;
  const taken = orders.flatMap(({ terminalMs }) => terminalMs ?? []);
  if (taken.length === 0) return '<p>No order ended.</p>';
  const least = Math.min(...taken);
  const width = Math.max(1, (Math.max(...taken) - least) / classes);
  const counts = Array<number>(classes).fill(0);
  for (const each of taken) {
    const at = Math.min(classes - 1, Math.floor((each - least) / width));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const bars = counts.map((value, index) => ({ label: ms(least + index * width), value }));
  return barChart({ title: 'Orders by the time from submission to end', unit: 'orders', bars });
}

/** Submitted, ended and on their way, at so many moments. */
function overTime({ orders, startedAt, durationMs }: LoadReport): string {
  const moments = 40;
  const began = Date.parse(startedAt);
  const spans = orders.flatMap(spanOf);
  const at = (moment: number) => ({
    submitted: spans.filter(({ from }) => from - began <= moment).length,
    ended: spans.filter(({ to }) => to !== undefined && to - began <= moment).length,
  });
  const step = Math.max(1, durationMs / moments);
  const points = Array.from({ length: moments + 1 }, (_, index) => {
    const moment = index * step;
    const { submitted, ended } = at(moment);
    const perSecond = ((ended - at(moment - step).ended) * 1000) / step;
    return { moment, submitted, ended, running: submitted - ended, perSecond };
  });
  const labels = points.map(({ moment }) => ms(moment));
  const series = (['submitted', 'ended', 'running'] as const).map((name) => ({
    name,
    values: points.map((point) => point[name]),
  }));
  const rate = [{ name: 'ended a second', values: points.map(({ perSecond }) => perSecond) }];
  return (
    lineChart({ title: 'Orders submitted, ended and on their way', labels, series }) +
    lineChart({ title: 'Throughput', labels, series: rate })
  );
}

function spanOf({ submittedAt, terminalMs }: LoadedOrder) {
  if (submittedAt === undefined) return [];
  const from = Date.parse(submittedAt);
  return [{ from, to: terminalMs === undefined ? undefined : from + terminalMs }];
}

function stagesChart({ stages }: LoadReport): string {
  const bars = Object.entries(stages).map(([status, { median }]) => ({
    label: status,
    value: Math.round(median),
  }));
  if (bars.length === 0) return '<p>No order went on.</p>';
  const rows = Object.entries(stages).map(([status, each]) => statisticsRow(status, each));
  const title = 'Median time to reach each status from the one before';
  return barChart({ title, unit: 'ms', bars }) + table(statisticsHead, rows);
}

function outcomes({ outcome, orders }: LoadReport): string {
  const { completed, failed, running, failures, errors, throttled } = outcome;
  const rows = [
    ['completed', String(completed)],
    ['failed', String(failed)],
    ...Object.entries(failures).map(([code, count]) => [`failed: ${code}`, String(count)]),
    ['running', String(running)],
    ...Object.entries(errors).map(([name, count]) => [`not submitted: ${name}`, String(count)]),
    ['throttled', String(throttled)],
  ];
  const named = orders.map(({ orderId, sample, status, terminalMs }) => [
    orderId,
    sample,
    status,
    terminalMs === undefined ? '' : ms(terminalMs),
  ]);
  const all = `<details><summary>${orders.length} orders</summary>${table(['order', 'sample', 'status', 'took'], named)}</details>`;
  return table(['', 'orders'], rows) + all;
}

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --faint: #57606a; --line: #d0d7de; --a: #0b5cad; --b: #1a7f37; --c: #9a3b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --faint: #9aa4af; --line: #30363d; --a: #6cb6ff; --b: #57c36a; --c: #f0a060; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; margin: .5rem 0; } th, td { text-align: left; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--faint); font-weight: 600; } .good { color: var(--b); } .bad { color: var(--c); }
svg { width: 100%; height: auto; } svg text { fill: var(--faint); font-size: 11px; } .axis { stroke: var(--line); }
.s0 { stroke: var(--a); fill: var(--a); } .s1 { stroke: var(--b); fill: var(--b); } .s2 { stroke: var(--c); fill: var(--c); } polyline { fill: none !important; stroke-width: 2; }
.s1 + polyline, polyline.s1 { stroke-dasharray: 6 3; } polyline.s2 { stroke-dasharray: 2 3; } figure { margin: 1rem 0; } figcaption { color: var(--faint); } summary { cursor: pointer; }
`;
