/** Figures about many orders as text: tables for people, a fact a line for pipes. */
import type { Metrics } from '../../orders/metrics/metrics.ts';
import type { QuotaUse } from '../../orders/metrics/quotas.ts';
import { leastForPercentiles, type Statistics } from '../../workflow/statistics.ts';
import { formatLatency, localClock } from '../terminal/format-time.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';

export interface MetricsView {
  readonly stream: NodeJS.WriteStream;
  /** Terminal columns. */
  readonly width: number;
  /** For people: `local (time ×60)`. */
  readonly label: string;
  /** Whether there is little room: the counts come in as few lines as can be. */
  readonly isShort?: boolean;
}

/** The figures for a person, what matters most first. */
export function metricsText(metrics: Metrics, view: MetricsView): string[] {
  const blocks = [
    headLines(metrics, view),
    orderLines(metrics, view),
    timeLines(metrics, view),
    failureLines(metrics, view),
    retryLines(metrics, view),
    quotaLines(metrics.quotas, view),
    stageLines(metrics, view),
  ];
  return blocks
    .filter(({ length }) => length > 0)
    .flatMap((each, n) => (n > 1 ? ['', ...each] : each));
}

/** The same in at most so many lines: without those between the parts, and cut where that is not enough. */
export function fitted(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length <= rows) return lines;
  const close = lines.filter((each) => each !== '');
  if (close.length <= rows) return close;
  const cut = close.length - rows + 1;
  return [...close.slice(0, rows - 1), `… ${cut} more lines`];
}

function headLines(
  { since, at, source, newest }: Metrics,
  { label, width, stream, isShort = false }: MetricsView,
) {
  const parts = isShort
    ? [`since ${localClock(since)} · ${label}`]
    : [
        `${newest === undefined ? 'orders' : `the newest ${grouped(newest)} orders`} since ${localClock(since)}`,
        label,
        `from the ${source} at ${localClock(at)}:${at.slice(17, 19)}`,
      ];
  const without = 'the orders themselves may not be read: no times, failures and stages';
  const told = wrap(parts, { width, indent: 0, by: ' · ' });
  const more =
    source === 'orders table' ? [] : wrap(without.split(' '), { width, indent: 0, by: ' ' });
  return [...told, ...more].map((each) => dim(each, stream));
}

function orderLines({ orders, rates }: Metrics, view: MetricsView): string[] {
  const rows = [
    { what: 'started', count: orders.started },
    { what: 'completed', count: orders.completed, rate: rates?.completed, style: 'green' },
    { what: 'failed', count: orders.failed, rate: rates?.failed, style: 'red' },
    { what: 'cancelled', count: orders.cancelled, rate: rates?.cancelled, style: 'yellow' },
    { what: 'running', count: orders.running, style: 'cyan' },
    { what: 'in review', count: orders.inReview, style: 'cyan' },
  ] as const;
  if (view.isShort) {
    const parts = rows.flatMap((row) =>
      row.count > 0 || row.what === 'started'
        ? [
            `${row.what} ${grouped(row.count)} ${shareOf('rate' in row ? row.rate : undefined)}`.trim(),
          ]
        : [],
    );
    return wrap(parts, { width: view.width, indent: 0, by: ' · ' });
  }
  type Row = (typeof rows)[number];
  const columns: Column<Row>[] = [
    {
      title: '',
      text: ({ what }) => what,
      style: (row) => ('style' in row && row.count > 0 ? row.style : undefined),
    },
    { title: '', text: ({ count }) => grouped(count), align: 'right' },
    { title: '', text: (row) => shareOf('rate' in row ? row.rate : undefined), align: 'right' },
  ];
  return table(rows, columns, { ...view, header: false });
}

const shareOf = (rate: number | undefined) =>
  rate === undefined ? '' : `${(rate * 100).toFixed(1)}%`;

interface Timed extends Statistics {
  readonly what: string;
}

function timeColumns(title: string): Column<Timed>[] {
  const figure = (key: 'median' | 'p95' | 'max', leave: number): Column<Timed> => ({
    title: key,
    text: ({ [key]: ms }) => (ms === undefined ? '' : formatLatency(ms)),
    align: 'right',
    ...(leave > 0 ? { leave } : {}),
  });
  return [
    { title, text: ({ what }) => what },
    { title: 'n', text: ({ n }) => grouped(n), align: 'right', leave: 2 },
    figure('median', 0),
    figure('p95', 0),
    figure('max', 1),
  ];
}

function timeLines({ times }: Metrics, view: MetricsView): string[] {
  const { endToEnd, active } = times;
  if (!endToEnd || !active) return [];
  const rows = [
    { what: 'end to end', ...endToEnd },
    { what: 'without waits', ...active },
  ];
  const few = `percentiles from ${leastForPercentiles} orders on`;
  return [
    ...table(rows, timeColumns('COMPLETED ORDERS'), view),
    ...(endToEnd.n < leastForPercentiles && !view.isShort ? [dim(few, view.stream)] : []),
  ];
}

function stageLines({ stages }: Metrics, view: MetricsView): string[] {
  const rows = stages.map(({ stage, ...statistics }) => ({ what: stage, ...statistics }));
  return rows.length === 0 ? [] : table(rows, timeColumns('STAGE'), view);
}

function failureLines({ failures }: Metrics, view: MetricsView): string[] {
  if (failures.length === 0) return [];
  type Row = (typeof failures)[number];
  const columns: Column<Row>[] = [
    { title: 'FAILURE', text: ({ code }) => code },
    { title: 'STAGE', text: ({ stage }) => stage, leave: 1 },
    { title: 'ORDERS', text: ({ orders }) => grouped(orders), align: 'right' },
  ];
  return table(failures, columns, view);
}

function retryLines({ retries = [] }: Metrics, view: MetricsView): string[] {
  type Row = (typeof retries)[number];
  const columns: Column<Row>[] = [
    { title: 'TRIED AGAIN', text: ({ step }) => step },
    { title: 'TIMES', text: ({ retries: count }) => grouped(count), align: 'right' },
  ];
  return retries.length === 0 ? [] : table(retries, columns, view);
}

const quotaNames: Record<QuotaUse['quota'], string> = {
  'running-executions': 'running executions',
  'starts-a-second': 'starts, busiest second',
  'reads-a-second': 'our reads a second',
};

function quotaLines(quotas: readonly QuotaUse[], view: MetricsView): string[] {
  const columns: Column<QuotaUse>[] = [
    { title: 'QUOTA', text: ({ quota }) => quotaNames[quota] },
    {
      title: 'USED',
      text: ({ used, atLeast }) =>
        `${Number.isInteger(used) ? grouped(used) : used.toFixed(1)}${atLeast ? '+' : ''}`,
      align: 'right',
    },
    { title: 'OF', text: ({ limit }) => grouped(limit), align: 'right' },
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

const grouped = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** A fact a line: what it is about, its name, and figures; times in ms. */
export function metricsFacts(metrics: Metrics): string {
  const { since, at, source, orders, rates, times, stages, failures, retries, quotas } = metrics;
  const statistics = ({ n, min, median, p95, p99, max }: Statistics) =>
    Object.entries({ n, min, median, p95, p99, max })
      .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
      .join(' ');
  const lines = [
    `window since=${since} at=${at} source=${JSON.stringify(source)}`,
    ...Object.entries(orders).map(([name, count]) => `orders ${name} ${count}`),
    ...Object.entries(rates ?? {}).map(([name, rate]) => `rate ${name} ${rate.toFixed(4)}`),
    ...Object.entries(times).map(([name, each]) => `time ${name} ${statistics(each)}`),
    ...failures.map(({ code, stage, orders: count }) => `failure ${code} ${count} stage=${stage}`),
    ...(retries ?? []).map(({ step, retries: count }) => `retries ${step} ${count}`),
    ...quotas.map(({ quota, used, limit }) => `quota ${quota} ${used} limit=${limit}`),
    ...stages.map(({ stage, ...each }) => `stage ${stage} ${statistics(each)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A look as one line, for a watch that is not on a terminal. */
export function metricsLine({ at, orders, times, failures }: Metrics): string {
  const facts = [
    ...Object.entries(orders).map(([name, count]) => `${name}=${count}`),
    ...(times.endToEnd ? [`median=${compact(times.endToEnd.median)}`] : []),
    ...failures.slice(0, 3).map(({ code, orders: count }) => `${code}=${count}`),
  ];
  return `${at} ${facts.join(' ')}\n`;
}

const compact = (ms: number) => formatLatency(ms).replaceAll(' ', '');
