/** The charts of a load test's page. */
import { statuses } from '../../../functions/contract/workflow.ts';
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import { msText, statisticsHead, statisticsRow } from './format-figures.ts';
import { tableOf } from './html.ts';
import { histogram, lines, rows, stackedAreas } from './svg-charts.ts';

const classes = 24;

/** So many places of an axis are named. */
function evenTicks(from: number, to: number, count = 5) {
  return Array.from({ length: count }, (_, index) => {
    const at = from + (index / (count - 1)) * (to - from);
    return { at, label: msText(at) };
  });
}

/** How many orders took how long. */
export function latencyChart({ orders, times }: LoadReport): string {
  const taken = orders.flatMap(({ terminalMs }) => terminalMs ?? []);
  const { terminal } = times;
  if (!terminal) return '<p>No order ended.</p>';
  const from = terminal.min;
  const to = Math.max(from + 1, terminal.max);
  const counts = Array<number>(classes).fill(0);
  for (const each of taken) {
    const at = Math.min(classes - 1, Math.floor(((each - from) / (to - from)) * classes));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const { median, p95, p99 } = terminal;
  const marks = Object.entries({ median, p95, p99 }).flatMap(([name, at]) =>
    at === undefined ? [] : [{ at, label: `${name} ${msText(at)}` }],
  );
  const told = marks.map(({ label }) => label).join(', ');
  return histogram({
    title: 'Orders by the time from submission to end',
    about: `${taken.length} orders took from ${msText(from)} to ${msText(terminal.max)}: ${told}.`,
    ...{ from, to, ticks: evenTicks(from, to), format: msText },
    ...{ unit: 'orders', counts, marks },
  });
}

/** Where an order is seen while it is on its way, besides the waits: too short a moment to be told apart in a chart. */
const inSteps = 'in steps';
const shown = [
  { name: 'completed', color: 'good' },
  { name: 'failed', color: 'bad' },
  { name: 'cancelled', color: 'g' },
  { name: 'awaiting-pickup', color: 'c' },
  { name: 'awaiting-warehouse', color: 'b' },
  { name: 'awaiting-review', color: 'f' },
  { name: inSteps, color: 'a' },
  { name: 'received', color: 'e' },
] as const;

/** How many orders were where at each moment. */
export function statusChart({ timeline, outcome }: LoadReport): string {
  const { stepMs, statuses: counted, submitted } = timeline;
  const merged = new Map<string, number[]>();
  for (const [status, counts] of Object.entries(counted)) {
    const name = shown.some((each) => each.name === status) ? status : inSteps;
    const before = merged.get(name) ?? Array<number>(counts.length).fill(0);
    merged.set(
      name,
      before.map((count, index) => count + (counts[index] ?? 0)),
    );
  }
  const series = shown.flatMap(({ name, color }) => {
    const values = merged.get(name);
    return values ? [{ name, color, values }] : [];
  });
  if (series.length === 0) return '<p>No order was accepted.</p>';
  const to = (submitted.length - 1) * stepMs;
  const { completed, failed, running } = outcome;
  return stackedAreas({
    title: 'Orders by status over time',
    about: `Of ${outcome.submitted} orders submitted, ${completed} completed, ${failed} failed and ${running} were on their way at the end, after ${msText(to)}.`,
    ...{ from: 0, to, ticks: evenTicks(0, to), format: msText, series },
  });
}

/** So many moments are one in a chart of rates: of few orders, shorter ones are noise. */
const together = 3;

/** The beginning, and then the sums of so many moments each. */
function merged([beginning = 0, ...counts]: readonly number[]): number[] {
  const sums = Array.from({ length: Math.ceil(counts.length / together) }, (_, index) =>
    counts.slice(index * together, (index + 1) * together).reduce((sum, each) => sum + each, 0),
  );
  return [beginning, ...sums];
}

/** Orders a second. */
export function throughputChart({ timeline, rate }: LoadReport): string {
  const { stepMs, submitted, completed, failed } = timeline;
  const perSecond = (counts: readonly number[]) =>
    merged(counts).map((count) => (count * 1000) / (stepMs * together));
  const to = (submitted.length - 1) * stepMs;
  return lines({
    title: 'Throughput: orders a second',
    about: `On the whole ${rate.completedPerSecond} orders completed a second.`,
    ...{ from: 0, to, ticks: evenTicks(0, to), format: msText },
    series: [
      { name: 'submitted', color: 'a', values: perSecond(submitted) },
      { name: 'completed', color: 'good', values: perSecond(completed) },
      ...(failed.some((count) => count > 0)
        ? [{ name: 'failed', color: 'bad', values: perSecond(failed) }]
        : []),
    ],
  });
}

/** How long orders took to each status from the one before it. */
export function stagesChart({ stages }: LoadReport): string {
  const known = Object.entries(stages);
  if (known.length === 0) return '<p>No order went on.</p>';
  const bars = known.map(([name, { median, p95, max }]) => ({
    name,
    value: median,
    mark: p95 ?? max,
  }));
  const isLarge = known.every(([, { p95 }]) => p95 !== undefined);
  const slowest = bars.reduce((most, each) => (each.value > most.value ? each : most));
  return rows({
    title: `Time to reach each status from the one before, without waits: median, and ${isLarge ? 'p95' : 'p95 or maximum'}`,
    about: `In ${bars.length} of ${statuses.length} statuses; the longest median is that of ${slowest.name}, ${msText(slowest.value)}.`,
    format: msText,
    bars,
    table: tableOf(
      statisticsHead,
      known.map(([name, each]) => statisticsRow(name, each)),
    ),
  });
}
