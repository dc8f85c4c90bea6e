/** The charts of the report page. */
import { statuses } from '../../../functions/contract/workflow.ts';
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import { formatMs, statisticsHeader, toStatisticsRow } from './format-figures.ts';
import { renderHistogram } from './histogram.ts';
import { renderTable } from './html.ts';
import { renderBars, renderLines, renderStackedAreas } from './svg-charts.ts';

const binCount = 24;

/** Returns evenly spaced axis labels. */
function createTicks(from: number, to: number, count = 5) {
  return Array.from({ length: count }, (_, index) => {
    const at = from + (index / (count - 1)) * (to - from);
    return { at, label: formatMs(at) };
  });
}

/** Returns a histogram of the orders' durations. */
export function renderLatencyChart({ orders, times }: LoadReport): string {
  const durations = orders.flatMap(({ terminalMs }) => terminalMs ?? []);
  const { terminal } = times;
  if (!terminal) return '<p>No order ended.</p>';
  const from = terminal.min;
  const to = Math.max(from + 1, terminal.max);
  const counts = Array<number>(binCount).fill(0);
  for (const duration of durations) {
    const bin = Math.min(binCount - 1, Math.floor(((duration - from) / (to - from)) * binCount));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const { median, p95, p99 } = terminal;
  const marks = Object.entries({ median, p95, p99 }).flatMap(([name, at]) =>
    at === undefined ? [] : [{ at, label: `${name} ${formatMs(at)}` }],
  );
  const percentiles = marks.map(({ label }) => label).join(', ');
  return renderHistogram({
    title: 'Orders by time from submission to end',
    about: `${durations.length} orders took ${formatMs(from)} to ${formatMs(terminal.max)}: ${percentiles}.`,
    ...{ from, to, ticks: createTicks(from, to), format: formatMs },
    ...{ unit: 'orders', counts, marks },
  });
}

/** Group of all other statuses: they are too short to be visible separately in a chart. */
const otherStatuses = 'in steps';
const chartedStatuses = [
  { name: 'completed', color: 'good' },
  { name: 'failed', color: 'bad' },
  { name: 'cancelled', color: 'g' },
  { name: 'awaiting-pickup', color: 'c' },
  { name: 'awaiting-warehouse', color: 'b' },
  { name: 'awaiting-review', color: 'f' },
  { name: otherStatuses, color: 'a' },
  { name: 'received', color: 'e' },
] as const;

/** Returns a chart of the number of orders per status over time. */
export function renderStatusChart({ timeline, outcome }: LoadReport): string {
  const { stepMs, statuses: counted, submitted } = timeline;
  const merged = new Map<string, number[]>();
  for (const [status, counts] of Object.entries(counted)) {
    const name = chartedStatuses.some((charted) => charted.name === status)
      ? status
      : otherStatuses;
    const previous = merged.get(name) ?? Array<number>(counts.length).fill(0);
    merged.set(
      name,
      previous.map((count, index) => count + (counts[index] ?? 0)),
    );
  }
  const series = chartedStatuses.flatMap(({ name, color }) => {
    const values = merged.get(name);
    return values ? [{ name, color, values }] : [];
  });
  if (series.length === 0) return '<p>No order was accepted.</p>';
  const to = (submitted.length - 1) * stepMs;
  const { completed, failed, running } = outcome;
  return renderStackedAreas({
    title: 'Orders by status over time',
    about: `Of ${outcome.submitted} submitted orders, ${completed} completed, ${failed} failed and ${running} were still running after ${formatMs(to)}.`,
    ...{ from: 0, to, ticks: createTicks(0, to), format: formatMs, series },
  });
}

/** Returns 0 for the start, followed by the sums of `size` counts each. The count at the start belongs to the first sum. */
function mergeCounts([first = 0, ...counts]: readonly number[], size: number): number[] {
  const sums = Array.from({ length: Math.ceil(counts.length / size) }, (_, index) =>
    counts
      .slice(index * size, (index + 1) * size)
      .reduce((sum, count) => sum + count, index === 0 ? first : 0),
  );
  return [0, ...sums];
}

/**
 * Returns a chart of submitted, completed and failed orders per second: averages over at least a second, and the second in which most
 * orders were submitted.
 */
export function renderThroughputChart({ timeline, rate }: LoadReport): string {
  const { stepMs, submitted, completed, failed } = timeline;
  const stepsPerPoint = Math.max(1, Math.ceil(1000 / stepMs));
  const pointMs = stepMs * stepsPerPoint;
  const perSecond = (counts: readonly number[]) =>
    mergeCounts(counts, stepsPerPoint).map((count) => (count * 1000) / pointMs);
  const to = (mergeCounts(submitted, stepsPerPoint).length - 1) * pointMs;
  const { peakSent, completedPerSecond } = rate;
  const peak = peakSent && {
    at: peakSent.atMs,
    value: peakSent.orders,
    label: `${peakSent.orders} submitted in one second`,
  };
  return renderLines({
    title: 'Throughput: orders per second',
    about: `On average, ${completedPerSecond} orders completed per second.${peak ? ` At most, ${peak.label}.` : ''} Each point is the average of ${formatMs(pointMs)}.`,
    ...{ from: 0, to, ticks: createTicks(0, to), format: formatMs, peak },
    series: [
      { name: 'submitted', color: 'a', values: perSecond(submitted) },
      { name: 'completed', color: 'good', values: perSecond(completed) },
      ...(failed.some((count) => count > 0)
        ? [{ name: 'failed', color: 'bad', values: perSecond(failed) }]
        : []),
    ],
  });
}

/** Returns a bar chart of the time from each status to the next. */
export function renderStagesChart({ stages }: LoadReport): string {
  const known = Object.entries(stages);
  if (known.length === 0) return '<p>No order reached a second status.</p>';
  const bars = known.map(([name, { median, p95, max }]) => ({
    name,
    value: median,
    mark: p95 ?? max,
  }));
  const isLarge = known.every(([, { p95 }]) => p95 !== undefined);
  const slowest = bars.reduce((slower, bar) => (bar.value > slower.value ? bar : slower));
  return renderBars({
    title: `Time between statuses, without waits: median and ${isLarge ? 'p95' : 'p95 or maximum'}`,
    about: `${bars.length} of ${statuses.length} statuses; ${slowest.name} has the longest median, ${formatMs(slowest.value)}.`,
    format: formatMs,
    bars,
    table: renderTable(
      statisticsHeader('status'),
      known.map(([name, statistics]) => toStatisticsRow(name, statistics)),
    ),
  });
}
