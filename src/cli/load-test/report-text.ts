/** The report of a load test as text. */
import type { Check } from '../../orders/load-test/check-result.ts';
import type { LoadedOrder, LoadReport, WarmUp } from '../../orders/load-test/report-types.ts';
import { minSamplesForPercentiles, type Statistics } from '../../workflow/statistics.ts';
import {
  checkTitles,
  environmentFacts,
  failedFirst,
  formatSubject,
  formatThresholdValue,
  formatVersions,
  isDecidedByChecks,
} from '../report-page/report-labels.ts';
import { formatDuration, formatLatency } from '../terminal/format-time.ts';
import { type Column, formatTable, printable } from '../terminal/table.ts';
import { mark } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';

const titleWidth = 17;

/** Maximum number of orders listed per failed check. The JSON report lists all. */
const maxNamedFailures = 5;

/** Returns the checks, times and counts of a load test as text. */
export function formatLoadReport(report: LoadReport, stream: NodeJS.WriteStream): string {
  const width = stream.isTTY ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY;
  const checks = [
    report.cut ? '█ CHECKS (partial report)' : '█ CHECKS',
    ...failedFirst(report.checks).flatMap((check) => formatCheck(check, { stream, width })),
  ];
  const thresholds = formatThresholds(report, stream);
  return [
    ...(isDecidedByChecks(report) ? [...checks, ...thresholds] : [...thresholds, ...checks]),
    ...formatTimes(report, { stream, width }),
    ...formatFacts('█ SLOWEST  ', buildSlowestFacts(report), width),
    ...formatFacts('█ OUTCOME  ', buildOutcomeFacts(report), width),
    ...formatFacts('█ RATE  ', buildRateFacts(report), width),
    ...(report.warmUp ? formatFacts('█ WARM-UP  ', buildWarmUpFacts(report.warmUp), width) : []),
    ...formatFacts('█ SET-UP  ', buildSetupFacts(report), width),
    ...formatFacts('█ TOOL  ', buildToolFacts(report), width),
    ...report.warnings.flatMap((warning) => formatWarning(warning, { stream, width })),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

interface OutputOptions {
  readonly stream: NodeJS.WriteStream;
  readonly width: number;
}

function formatCheck(check: Check, { stream, width }: OutputOptions): string[] {
  const { id, passed, notJudged, detail, faults } = check;
  const sign = mark(notJudged ? 'note' : passed ? 'done' : 'failed', stream);
  const title = checkTitles[id];
  const room = width - titleWidth - 4;
  const named = faults
    .slice(0, maxNamedFailures)
    .map(({ message, ...of }) => `${formatSubject(of)}: ${printable(message)}`);
  const more = faults.length - named.length;
  return [
    // If the title and the detail do not fit on one line, the detail is below the title.
    ...(detail.length <= room
      ? [`  ${sign} ${title.padEnd(titleWidth)}${detail}`]
      : [`  ${sign} ${title}`, ...wrap(detail.split(' '), { width, indent: 4, separator: ' ' })]),
    ...named.flatMap((text) => wrap(text.split(' '), { width, indent: 6, separator: ' ' })),
    ...(more > 0 ? [`      and ${more} more: --json lists all`] : []),
  ];
}

function formatThresholds({ thresholds }: LoadReport, stream: NodeJS.WriteStream): string[] {
  if (thresholds.length === 0) return [];
  const lines = failedFirst(thresholds).map(({ expression, passed, value }) => {
    const is =
      value === undefined ? 'nothing to measure' : `is ${formatThresholdValue(expression, value)}`;
    return `  ${mark(passed ? 'done' : 'failed', stream)} ${expression}  ${is}`;
  });
  return ['█ THRESHOLDS', ...lines];
}

interface TimeRow extends Statistics {
  readonly label: string;
}

function formatTimes({ times, orders }: LoadReport, { stream, width }: OutputOptions): string[] {
  const rows: TimeRow[] = (
    [
      ['accepted after', times.accepted],
      ['first status after', times.firstStatus],
      ['--until after', times.reached],
      ['ended after', times.terminal],
      ['of which waiting', times.wait],
      ['of which active', times.active],
      ['submission delay', times.drift],
    ] as const
  ).flatMap(([label, statistics]) => (statistics ? [{ label: `  ${label}`, ...statistics }] : []));
  const [first] = rows;
  if (!first) return [];
  const figure = (key: 'min' | 'median' | 'p95' | 'p99' | 'max'): Column<TimeRow> => ({
    title: key,
    text: ({ [key]: value }) => (value === undefined ? '' : formatLatency(value)),
    align: 'right',
    ...(key === 'max' || key === 'median' ? {} : { dropPriority: key === 'p99' ? 3 : 2 }),
  });
  const columns: Column<TimeRow>[] = [
    { title: '█ END TO END', text: ({ label }) => label },
    ...(['min', 'median', 'p95', 'p99', 'max'] as const).map(figure),
  ];
  const table = formatTable(rows, columns, { header: true, width, stream }).trimEnd();
  if (first.n >= minSamplesForPercentiles) return table.split('\n');
  const note = `  n=${first.n}: percentiles require n=${minSamplesForPercentiles}`;
  const submitted = orders.filter(({ submittedAt }) => submittedAt !== undefined);
  return [...table.split('\n'), note, ...formatOrders(submitted, { stream, width })];
}

/** Returns a table of the single orders, shown if there are too few for percentiles. */
function formatOrders(orders: readonly LoadedOrder[], { stream, width }: OutputOptions): string[] {
  const time = (
    title: string,
    key: 'acceptedMs' | 'firstStatusMs' | 'terminalMs' | 'activeMs',
    dropPriority: number,
  ): Column<LoadedOrder> => ({
    title,
    text: ({ [key]: value }) => (value === undefined ? '' : formatLatency(value)),
    align: 'right',
    dropPriority,
  });
  const columns: Column<LoadedOrder>[] = [
    { title: '█ ORDERS', text: ({ orderId }) => `  ${orderId}` },
    { title: 'sample', text: formatSample, dropPriority: 3 },
    { title: 'status', text: ({ status }) => status },
    time('accepted', 'acceptedMs', 4),
    time('first', 'firstStatusMs', 5),
    time('end', 'terminalMs', 1),
    time('active', 'activeMs', 2),
  ];
  return formatTable(orders, columns, { header: true, width, stream }).trimEnd().split('\n');
}

const formatSample = ({ sample, line }: LoadedOrder) =>
  line === undefined ? sample : `${sample}:${line}`;

function buildWarmUpFacts({ submitted, completed, failed, errors, times }: WarmUp): string[] {
  const refused = Object.values(errors).reduce((sum, count) => sum + count, 0);
  const { accepted, terminal } = times;
  return [
    `${submitted} ${submitted === 1 ? 'order' : 'orders'}, not in the statistics above`,
    `${completed} completed`,
    `${failed} failed`,
    ...(refused > 0 ? [`${refused} refused${formatCounts(errors)}`] : []),
    ...(accepted ? [`accepted in ${formatLatency(accepted.median)}`] : []),
    ...(terminal ? [`ended in ${formatLatency(terminal.median)}`] : []),
  ];
}

/** Returns what was tested. The command that repeats the test is printed below the report. */
function buildSetupFacts({ setup, mix }: LoadReport): string[] {
  const samples = Object.entries(mix).map(([name, count]) => `${name} ${count}`);
  const mixFact = `mix ${samples.join(', ')}`;
  if (!setup) return samples.length > 0 ? [mixFact] : [];
  return [
    ...environmentFacts(setup),
    `function version ${formatVersions(setup.functionVersions)}`,
    ...(setup.toolVersion ? [`orders ${setup.toolVersion}`] : []),
    mixFact,
  ];
}

function buildToolFacts({ tool }: LoadReport): string[] {
  const { cpuSeconds, cpuShare, peakMemoryBytes, eventLoopDelayMs } = tool;
  return [
    `${cpuSeconds.toFixed(1)}s CPU time (${Math.round(cpuShare * 100)}% of a core)`,
    `peak memory ${Math.round(peakMemoryBytes / 1e6)} MB`,
    `event loop delay p99 ${formatLatency(eventLoopDelayMs.p99)}`,
  ];
}

function formatWarning(text: string, { stream, width }: OutputOptions): string[] {
  const [first = '', ...rest] = wrap(text.split(' '), { width, indent: 2, separator: ' ' });
  return [`${mark('note', stream)} ${first.trimStart()}`, ...rest];
}

function buildOutcomeFacts({ outcome }: LoadReport): string[] {
  const { completed, failed, running, failures, errors, throttled, throttledOrders } = outcome;
  const errorCount = Object.values(errors).reduce((sum, count) => sum + count, 0);
  return [
    `${completed} completed`,
    `${failed} failed${formatCounts(failures)}`,
    ...(running > 0 ? [`${running} running`] : []),
    `${errorCount} infrastructure ${errorCount === 1 ? 'error' : 'errors'}${formatCounts(errors)}`,
    `${throttled} throttled${throttledOrders === 0 ? '' : ` (${throttledOrders} orders)`}`,
  ];
}

function formatCounts(counts: Readonly<Record<string, number>>): string {
  const texts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return texts.length > 0 ? ` (${texts.join(', ')})` : '';
}

/** Maximum number of stages shown. The JSON report and the page list all. */
const maxStages = 4;

/** Returns the slowest stages, named by the status that they record. Excludes the waits of the workflow. */
function buildSlowestFacts({ stages }: LoadReport): string[] {
  const all = Object.entries(stages).map(([status, { p95, max }]) => ({
    status,
    figure: p95 === undefined ? 'max' : 'p95',
    ms: p95 ?? max,
  }));
  return all
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, maxStages)
    .map(({ status, figure, ms }) => `${status} ${figure} ${formatLatency(ms)}`);
}

function buildRateFacts({ outcome, durationMs, rate }: LoadReport): string[] {
  const { submitted } = outcome;
  return [
    `${submitted} ${submitted === 1 ? 'order' : 'orders'} in ${formatDuration(durationMs)}`,
    `peak ${rate.peakRunning} running`,
    ...(rate.sentPerSecond === undefined ? [] : [`${rate.sentPerSecond} submitted/s`]),
    ...(rate.peakSent ? [`at most ${rate.peakSent.orders} submitted in a second`] : []),
    `${rate.completedPerSecond} completed/s`,
  ];
}

function formatFacts(heading: string, facts: readonly string[], width: number): string[] {
  if (facts.length === 0) return [];
  const isNarrow = facts.some((fact) => fact.length > width - heading.length);
  if (isNarrow) {
    return [heading.trimEnd(), ...wrap(facts, { width, indent: 2, separator: ' · ' })];
  }
  const [first = '', ...rest] = wrap(facts, { width, indent: heading.length, separator: ' · ' });
  return [`${heading}${first.trimStart()}`, ...rest];
}
