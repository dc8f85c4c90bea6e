/** Terminal chart of a load test: number of orders by group over time. */
import { type OrderStatus, stages } from '../../../functions/contract/workflow.ts';
import type { ProgressFigures } from '../../orders/load-test/progress-figures.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { applyStyle, type TextStyle } from '../terminal/output-guard.ts';

type Style = TextStyle;

/** The groups of the chart, from bottom to top. Without colors, their signs distinguish them. */
const orderGroups = [
  { name: 'completed', sign: '█', style: 'green' },
  { name: 'failed', sign: '▓', style: 'red' },
  { name: 'in waits', sign: '▒', style: 'yellow' },
  { name: 'active', sign: '░', style: 'cyan' },
] as const satisfies readonly { name: string; sign: string; style: Style }[];

/** Statuses in which an order waits. */
const waitStatuses: readonly OrderStatus[] = [
  ...stages.flatMap((stage) => (stage.kind === 'wait' ? [stage.status] : [])),
  'awaiting-review',
];

type OrderGroup = (typeof orderGroups)[number]['name'];
interface ChartSample {
  readonly at: number;
  readonly counts: Readonly<Record<OrderGroup, number>>;
}

/** Maximum number of samples kept. In a long test, every second sample is dropped repeatedly. */
const maxSamples = 400;

export class LoadHistory {
  #samples: ChartSample[] = [];
  #sampleIntervalMs = 100;

  add(figures: ProgressFigures): void {
    const last = this.#samples.at(-1);
    const sample = { at: figures.elapsedMs, counts: countByGroup(figures) };
    // Within the interval, the newest sample replaces the previous one.
    if (last && sample.at - last.at < this.#sampleIntervalMs && this.#samples.length > 1) {
      this.#samples.pop();
    }
    this.#samples.push(sample);
    if (this.#samples.length <= maxSamples) return;
    this.#samples = this.#samples.filter((_, index) => index % 2 === 0);
    this.#sampleIntervalMs *= 2;
  }

  /** Number of samples kept. */
  get size(): number {
    return this.#samples.length;
  }

  /** Returns the chart as lines, with the time axis below. Any width shows the whole time. */
  chart(size: { rows: number; columns: number; all: number; stream: NodeJS.WriteStream }) {
    const { rows, columns, all, stream } = size;
    const margin = String(all).length + 2;
    const width = Math.max(1, columns - margin);
    const last = this.#samples.at(-1)?.at ?? 0;
    const bars = Array.from({ length: width }, (_, column) =>
      buildBar(this.#at(((column + 1) / width) * last), { all, rows }),
    );
    const lines = Array.from({ length: rows }, (_, row) => {
      const label = row === 0 ? String(all) : row === rows - 1 ? '0' : '';
      const level = rows - 1 - row;
      return `${label.padStart(margin - 2)} │${formatRow(
        bars.map((bar) => bar[level] ?? -1),
        stream,
      )}`;
    });
    const end = formatDuration(last);
    const axis = `${' '.repeat(margin - 1)}0s${end.padStart(Math.max(0, width - 2))}`;
    return [...lines, axis];
  }

  #at(elapsedMs: number): ChartSample | undefined {
    return this.#samples.findLast(({ at }) => at <= elapsedMs) ?? this.#samples[0];
  }
}

/** Returns the signs of the chart with the current counts: `█ completed 120`. */
export function formatLegend(figures: ProgressFigures, stream: NodeJS.WriteStream): string[] {
  const counts = countByGroup(figures);
  return orderGroups.map(
    ({ name, sign, style }) => `${applyStyle(style, sign, stream)} ${name} ${counts[name]}`,
  );
}

function countByGroup({
  statuses,
  running,
  completed,
  failed,
}: ProgressFigures): ChartSample['counts'] {
  const waiting = waitStatuses.reduce((sum, status) => sum + (statuses[status] ?? 0), 0);
  return { completed, failed, 'in waits': waiting, active: Math.max(0, running - waiting) };
}

/** Returns the index of the group at each level of a bar, from the bottom. A group with at least one order gets a level. */
function buildBar(
  sample: ChartSample | undefined,
  { all, rows }: { readonly all: number; readonly rows: number },
): number[] {
  if (!sample) return [];
  let sum = 0;
  const levels: number[] = [];
  for (const [index, { name }] of orderGroups.entries()) {
    const count = sample.counts[name];
    sum += count;
    const top = Math.round((sum / all) * rows);
    const minTop = count > 0 && levels.length < rows ? levels.length + 1 : levels.length;
    while (levels.length < Math.max(top, minTop)) levels.push(index);
  }
  return levels.slice(0, rows);
}

/** Returns a row of the chart. Adjacent signs of the same group are styled together. */
function formatRow(row: readonly number[], stream: NodeJS.WriteStream): string {
  let text = '';
  for (let from = 0; from < row.length; ) {
    const index = row[from];
    let to = from + 1;
    while (to < row.length && row[to] === index) to += 1;
    const group = orderGroups[index ?? -1];
    const signs = (group?.sign ?? ' ').repeat(to - from);
    text += group ? applyStyle(group.style, signs, stream) : signs;
    from = to;
  }
  return text.trimEnd();
}
