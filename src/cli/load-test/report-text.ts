/** The verdict of a load test as text. */
import type { Check } from '../../orders/load-test/check-result.ts';
import type { LoadedOrder, LoadReport, WarmUp } from '../../orders/load-test/report-types.ts';
import { leastForPercentiles, type Statistics } from '../../workflow/statistics.ts';
import { checkTitles, figureOf, subjectOf } from '../report-page/report-labels.ts';
import { formatDuration, formatLatency } from '../terminal/format-time.ts';
import { type Column, formatTable, printable } from '../terminal/table.ts';
import { mark } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';

const titleWidth = 17;

/** So many orders of a check that failed are named; JSON has them all. */
const mostNamed = 5;

/** The checks, the times, and the counts of a load test, for a person. */
export function describeLoad(report: LoadReport, stream: NodeJS.WriteStream): string {
  const width = stream.isTTY ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY;
  return [
    report.cut ? '█ CHECKS of what was seen so far' : '█ CHECKS',
    ...report.checks.flatMap((each) => checkLines(each, { stream, width })),
    ...thresholdLines(report, stream),
    ...timeLines(report, { stream, width }),
    ...facts('█ SLOWEST  ', slowestFacts(report), width),
    ...facts('█ OUTCOME  ', outcomeFacts(report), width),
    ...facts('█ RATE  ', rateFacts(report), width),
    ...(report.warmUp ? facts('█ WARM-UP  ', warmUpFacts(report.warmUp), width) : []),
    ...facts('█ TOOL  ', toolFacts(report), width),
    ...report.warnings.flatMap((each) => warningLines(each, { stream, width })),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

interface Place {
  readonly stream: NodeJS.WriteStream;
  readonly width: number;
}

function checkLines(check: Check, { stream, width }: Place): string[] {
  const { id, passed, notJudged, detail, faults } = check;
  const sign = mark(notJudged ? 'note' : passed ? 'done' : 'failed', stream);
  const title = checkTitles[id];
  const room = width - titleWidth - 4;
  const named = faults
    .slice(0, mostNamed)
    .map(({ message, ...of }) => `${subjectOf(of)}: ${printable(message)}`);
  const more = faults.length - named.length;
  return [
    // Where a line cannot hold both, the detail is below its title.
    ...(detail.length <= room
      ? [`  ${sign} ${title.padEnd(titleWidth)}${detail}`]
      : [`  ${sign} ${title}`, ...wrap(detail.split(' '), { width, indent: 4, by: ' ' })]),
    ...named.flatMap((text) => wrap(text.split(' '), { width, indent: 6, by: ' ' })),
    ...(more > 0 ? [`      and ${more} more: --json names them all`] : []),
  ];
}

function thresholdLines({ thresholds }: LoadReport, stream: NodeJS.WriteStream): string[] {
  if (thresholds.length === 0) return [];
  const lines = thresholds.map(({ expression, passed, value }) => {
    const is = value === undefined ? 'nothing to measure' : `is ${figureOf(expression, value)}`;
    return `  ${mark(passed ? 'done' : 'failed', stream)} ${expression}  ${is}`;
  });
  return ['█ THRESHOLDS', ...lines];
}

interface TimeRow extends Statistics {
  readonly what: string;
}

function timeLines({ times, orders }: LoadReport, { stream, width }: Place): string[] {
  const rows: TimeRow[] = (
    [
      ['due → accepted', times.accepted],
      ['due → first status', times.firstStatus],
      ['due → status', times.reached],
      ['due → end', times.terminal],
      ['of it waits', times.wait],
      ['of it active', times.active],
      ['sent after due', times.drift],
    ] as const
  ).flatMap(([what, statistics]) => (statistics ? [{ what: `  ${what}`, ...statistics }] : []));
  const [first] = rows;
  if (!first) return [];
  const figure = (key: 'min' | 'median' | 'p95' | 'p99' | 'max'): Column<TimeRow> => ({
    title: key,
    text: ({ [key]: value }) => (value === undefined ? '' : formatLatency(value)),
    align: 'right',
    ...(key === 'max' || key === 'median' ? {} : { leave: key === 'p99' ? 3 : 2 }),
  });
  const columns: Column<TimeRow>[] = [
    { title: '█ END TO END', text: ({ what }) => what },
    ...(['min', 'median', 'p95', 'p99', 'max'] as const).map(figure),
  ];
  const table = formatTable(rows, columns, { header: true, width, stream }).trimEnd();
  const few = `n=${first.n}: percentiles from n=${leastForPercentiles} on`;
  if (first.n >= leastForPercentiles) return table.split('\n');
  const sent = orders.filter(({ submittedAt }) => submittedAt !== undefined);
  return [...table.split('\n'), `  ${few}`, ...orderLines(sent, { stream, width })];
}

/** Where there are too few orders for percentiles, each of them. */
function orderLines(orders: readonly LoadedOrder[], { stream, width }: Place): string[] {
  const time = (
    title: string,
    key: 'acceptedMs' | 'firstStatusMs' | 'terminalMs' | 'activeMs',
    leave: number,
  ): Column<LoadedOrder> => ({
    title,
    text: ({ [key]: value }) => (value === undefined ? '' : formatLatency(value)),
    align: 'right',
    leave,
  });
  const columns: Column<LoadedOrder>[] = [
    { title: '█ ORDERS', text: ({ orderId }) => `  ${orderId}` },
    { title: 'sample', text: sampleOf, leave: 3 },
    { title: 'status', text: ({ status }) => status },
    time('accepted', 'acceptedMs', 4),
    time('first', 'firstStatusMs', 5),
    time('end', 'terminalMs', 1),
    time('active', 'activeMs', 2),
  ];
  return formatTable(orders, columns, { header: true, width, stream }).trimEnd().split('\n');
}

const sampleOf = ({ sample, line }: LoadedOrder) =>
  line === undefined ? sample : `${sample}:${line}`;

function warmUpFacts({ submitted, completed, failed, errors, times }: WarmUp): string[] {
  const refused = Object.values(errors).reduce((sum, each) => sum + each, 0);
  const { accepted, terminal } = times;
  return [
    `${submitted} ${submitted === 1 ? 'order' : 'orders'}, in no figure above`,
    `${completed} completed`,
    `${failed} failed`,
    ...(refused > 0 ? [`${refused} refused${listed(errors)}`] : []),
    ...(accepted ? [`accepted in ${formatLatency(accepted.median)}`] : []),
    ...(terminal ? [`ended in ${formatLatency(terminal.median)}`] : []),
  ];
}

function toolFacts({ tool }: LoadReport): string[] {
  const { cpuSeconds, cpuShare, peakMemoryBytes, eventLoopDelayMs } = tool;
  return [
    `${cpuSeconds.toFixed(1)}s of CPU (${Math.round(cpuShare * 100)}% of a core)`,
    `${Math.round(peakMemoryBytes / 1e6)} MB at most`,
    `event loop late by ${formatLatency(eventLoopDelayMs.p99)} at p99`,
  ];
}

function warningLines(text: string, { stream, width }: Place): string[] {
  const [first = '', ...rest] = wrap(text.split(' '), { width, indent: 2, by: ' ' });
  return [`${mark('note', stream)} ${first.trimStart()}`, ...rest];
}

function outcomeFacts({ outcome }: LoadReport): string[] {
  const { completed, failed, running, failures, errors, throttled, throttledOrders } = outcome;
  const count = Object.values(errors).reduce((sum, each) => sum + each, 0);
  return [
    `${completed} completed`,
    `${failed} failed${listed(failures)}`,
    ...(running > 0 ? [`${running} running`] : []),
    `${count} infrastructure ${count === 1 ? 'error' : 'errors'}${listed(errors)}`,
    `${throttled} throttled${throttledOrders === 0 ? '' : ` (${throttledOrders} of the orders)`}`,
  ];
}

function listed(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

/** So many stages are told; JSON and the page have them all. */
const mostStages = 4;

/** The stages that took longest, by the statuses that they reached, without the workflow's waits. */
function slowestFacts({ stages }: LoadReport): string[] {
  const all = Object.entries(stages).map(([status, { p95, max }]) => ({
    status,
    figure: p95 === undefined ? 'max' : 'p95',
    ms: p95 ?? max,
  }));
  return all
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, mostStages)
    .map(({ status, figure, ms }) => `${status} ${figure} ${formatLatency(ms)}`);
}

function rateFacts({ outcome, durationMs, rate }: LoadReport): string[] {
  const { submitted } = outcome;
  return [
    `${submitted} ${submitted === 1 ? 'order' : 'orders'} in ${formatDuration(durationMs)}`,
    `peak ${rate.peakRunning} running`,
    ...(rate.sentPerSecond === undefined ? [] : [`${rate.sentPerSecond} sent/s`]),
    `${rate.completedPerSecond} completed/s`,
  ];
}

function facts(heading: string, parts: readonly string[], width: number): string[] {
  if (parts.length === 0) return [];
  const [first = '', ...rest] = wrap(parts, { width, indent: heading.length, by: ' · ' });
  return [`${heading}${first.trimStart()}`, ...rest];
}
