/** Formats metrics as text: as tables for the terminal, as one fact per line for pipes. */
import type { Metrics } from '../../orders/metrics/metrics.ts';
import type { QuotaUse } from '../../orders/metrics/quotas.ts';
import { minSamplesForPercentiles, type Statistics } from '../../workflow/statistics.ts';
import { formatAge, formatLatency, formatLocalTime } from '../terminal/format-time.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';

export interface MetricsView {
  readonly stream: NodeJS.WriteStream;
  /** Maximum width of a line (terminal columns). */
  readonly width: number;
  /** Label of the target, for example `local (time ×60)`. */
  readonly label: string;
  /** Whether the screen is low: the counts are shown in as few lines as possible. */
  readonly isShort?: boolean;
}

/** Returns the metrics as tables for the terminal, the most important first. */
export function formatMetricsTables(metrics: Metrics, view: MetricsView): string[] {
  const blocks = [
    headLines(metrics, view),
    orderLines(metrics, view),
    waitingLines(metrics, view),
    timeLines(metrics, view),
    failureLines(metrics, view),
    retryLines(metrics, view),
    quotaLines(metrics.quotas, view),
    stageLines(metrics, view),
  ];
  return blocks
    .filter(({ length }) => length > 0)
    .flatMap((block, index) => (index > 1 ? ['', ...block] : block));
}

/** Returns at most `maxLines` lines: removes the empty lines, then the last lines if that is not enough. */
export function fitLines(lines: readonly string[], maxLines: number): readonly string[] {
  if (lines.length <= maxLines) return lines;
  const dense = lines.filter((line) => line !== '');
  if (dense.length <= maxLines) return dense;
  const omitted = dense.length - maxLines + 1;
  return [...dense.slice(0, maxLines - 1), `… ${omitted} more lines`];
}

function headLines(
  { since, at, source, newest }: Metrics,
  { label, width, stream, isShort = false }: MetricsView,
) {
  const parts = isShort
    ? [`since ${formatLocalTime(since)} · ${label}`]
    : [
        `${newest === undefined ? 'orders' : `the newest ${formatCount(newest)} orders`} since ${formatLocalTime(since)}`,
        label,
        `from the ${source} at ${formatLocalTime(at)}:${at.slice(17, 19)}`,
      ];
  const restriction = 'no permission to read the orders: times, failures and stages are missing';
  const heading = wrap(parts, { width, indent: 0, separator: ' · ' });
  const notes =
    source === 'orders table'
      ? []
      : wrap(restriction.split(' '), { width, indent: 0, separator: ' ' });
  return [...heading, ...notes].map((line) => dim(line, stream));
}

function orderLines({ orders, rates }: Metrics, view: MetricsView): string[] {
  const rows = [
    { label: 'started', count: orders.started },
    { label: 'completed', count: orders.completed, rate: rates?.completed, style: 'green' },
    { label: 'failed', count: orders.failed, rate: rates?.failed, style: 'red' },
    { label: 'cancelled', count: orders.cancelled, rate: rates?.cancelled, style: 'yellow' },
    { label: 'running', count: orders.running, style: 'cyan' },
    { label: 'in review', count: orders.inReview, style: 'yellow' },
    ...(orders.paused ? [{ label: 'paused', count: orders.paused, style: 'yellow' } as const] : []),
  ] as const;
  if (view.isShort) {
    const parts = rows.flatMap((row) =>
      row.count > 0 || row.label === 'started'
        ? [
            `${row.label} ${formatCount(row.count)} ${formatShare('rate' in row ? row.rate : undefined)}`.trim(),
          ]
        : [],
    );
    return wrap(parts, { width: view.width, indent: 0, separator: ' · ' });
  }
  type Row = (typeof rows)[number];
  const columns: Column<Row>[] = [
    {
      title: '',
      text: ({ label }) => label,
      style: (row) => ('style' in row && row.count > 0 ? row.style : undefined),
    },
    { title: '', text: ({ count }) => formatCount(count), align: 'right' },
    { title: '', text: (row) => formatShare('rate' in row ? row.rate : undefined), align: 'right' },
  ];
  return table(rows, columns, { ...view, header: false });
}

function waitingLines({ waiting, at }: Metrics, view: MetricsView): string[] {
  type Row = (typeof waiting)[number];
  const columns: Column<Row>[] = [
    { title: 'WAITING FOR', text: ({ provider }) => provider, style: () => 'yellow' },
    { title: 'ORDERS', text: ({ orders }) => formatCount(orders), align: 'right' },
    {
      title: 'SINCE',
      text: ({ since }) =>
        `${formatLocalTime(since)}, ${formatAge(Date.parse(at) - Date.parse(since))} ago`,
      dropPriority: 1,
    },
  ];
  return waiting.length === 0 ? [] : table(waiting, columns, view);
}

const formatShare = (rate: number | undefined) =>
  rate === undefined ? '' : `${(rate * 100).toFixed(1)}%`;

interface TimedRow extends Statistics {
  readonly label: string;
}

function timeColumns(title: string): Column<TimedRow>[] {
  const figure = (key: 'median' | 'p95' | 'max', dropPriority: number): Column<TimedRow> => ({
    title: key,
    text: ({ [key]: ms }) => (ms === undefined ? '' : formatLatency(ms)),
    align: 'right',
    ...(dropPriority > 0 ? { dropPriority } : {}),
  });
  return [
    { title, text: ({ label }) => label },
    { title: 'n', text: ({ n }) => formatCount(n), align: 'right', dropPriority: 2 },
    figure('median', 0),
    figure('p95', 0),
    figure('max', 1),
  ];
}

function timeLines({ times }: Metrics, view: MetricsView): string[] {
  const { endToEnd, active } = times;
  if (!endToEnd || !active) return [];
  const rows = [
    { label: 'end to end', ...endToEnd },
    { label: 'active', ...active },
  ];
  const note = `percentiles require ${minSamplesForPercentiles} orders`;
  return [
    ...table(rows, timeColumns('COMPLETED ORDERS'), view),
    ...(endToEnd.n < minSamplesForPercentiles && !view.isShort ? [dim(note, view.stream)] : []),
  ];
}

function stageLines({ stages }: Metrics, view: MetricsView): string[] {
  const rows = stages.map(({ stage, ...statistics }) => ({ label: stage, ...statistics }));
  return rows.length === 0 ? [] : table(rows, timeColumns('STAGE'), view);
}

function failureLines({ failures }: Metrics, view: MetricsView): string[] {
  if (failures.length === 0) return [];
  type Row = (typeof failures)[number];
  const columns: Column<Row>[] = [
    { title: 'FAILURE', text: ({ code }) => code, style: () => 'red' },
    { title: 'STAGE', text: ({ stage }) => stage, dropPriority: 1 },
    { title: 'ORDERS', text: ({ orders }) => formatCount(orders), align: 'right' },
  ];
  return table(failures, columns, view);
}

function retryLines({ retries = [] }: Metrics, view: MetricsView): string[] {
  type Row = (typeof retries)[number];
  const columns: Column<Row>[] = [
    { title: 'RETRIED STEP', text: ({ step }) => step, style: () => 'yellow' },
    { title: 'RETRIES', text: ({ retries: count }) => formatCount(count), align: 'right' },
  ];
  return retries.length === 0 ? [] : table(retries, columns, view);
}

const quotaNames: Record<QuotaUse['quota'], string> = {
  'running-executions': 'running executions',
  'starts-a-second': 'starts per second, peak',
  'reads-a-second': 'CLI reads per second',
};

function quotaStyle({ used, limit }: QuotaUse): 'red' | 'yellow' | undefined {
  if (used >= limit) return 'red';
  return used >= 0.8 * limit ? 'yellow' : undefined;
}

/** Returns the use of the quotas as a table. */
export function quotaLines(quotas: readonly QuotaUse[], view: MetricsView): string[] {
  const columns: Column<QuotaUse>[] = [
    { title: 'QUOTA', text: ({ quota }) => quotaNames[quota] },
    {
      title: 'USED',
      text: ({ used, atLeast }) =>
        `${Number.isInteger(used) ? formatCount(used) : used.toFixed(1)}${atLeast ? '+' : ''}`,
      align: 'right',
      style: quotaStyle,
    },
    { title: 'OF', text: ({ limit }) => formatCount(limit), align: 'right' },
  ];
  return table(quotas, columns, view);
}

function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { width, stream, header = true }: MetricsView & { readonly header?: boolean },
): string[] {
  return formatTable(rows, columns, { header, width, stream }).trimEnd().split('\n');
}

const formatCount = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** Returns the metrics as one fact per line: its kind, its name and its numbers. Durations are in milliseconds. */
export function formatMetricsFacts(metrics: Metrics): string {
  const { since, at, source, orders, waiting, rates, times } = metrics;
  const { stages, failures, retries, quotas } = metrics;
  const statistics = ({ n, min, median, p95, p99, max }: Statistics) =>
    Object.entries({ n, min, median, p95, p99, max })
      .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
      .join(' ');
  const lines = [
    `window since=${since} at=${at} source=${JSON.stringify(source)}`,
    ...Object.entries(orders).map(([name, count]) => `orders ${name} ${count}`),
    ...Object.entries(rates ?? {}).map(([name, rate]) => `rate ${name} ${rate.toFixed(4)}`),
    ...Object.entries(times).map(([name, time]) => `time ${name} ${statistics(time)}`),
    ...waiting.map(
      ({ provider, orders: count, since: from }) => `waiting ${provider} ${count} since=${from}`,
    ),
    ...failures.map(({ code, stage, orders: count }) => `failure ${code} ${count} stage=${stage}`),
    ...(retries ?? []).map(({ step, retries: count }) => `retries ${step} ${count}`),
    ...quotas.map(({ quota, used, limit }) => `quota ${quota} ${used} limit=${limit}`),
    ...stages.map(({ stage, ...time }) => `stage ${stage} ${statistics(time)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Returns the most important metrics as one line, for a watch that is not on a terminal. */
export function formatMetricsLine({ at, orders, waiting, times, failures }: Metrics): string {
  const facts = [
    ...Object.entries(orders).map(([name, count]) => `${name}=${count}`),
    ...(times.endToEnd
      ? [`median=${formatLatency(times.endToEnd.median).replaceAll(' ', '')}`]
      : []),
    ...waiting.map(({ provider, orders: count }) => `waiting_for_${provider}=${count}`),
    ...failures.slice(0, 3).map(({ code, orders: count }) => `${code}=${count}`),
  ];
  return `${at} ${facts.join(' ')}\n`;
}
