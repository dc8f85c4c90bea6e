/** How many orders were in which part of their way, over a load test's time; as a chart for a terminal. */
import { styleText } from 'node:util';
import type { Standing } from '../../orders/load-test/progress-figures.ts';
import { formatDuration } from '../terminal/format-time.ts';

type Style = Parameters<typeof styleText>[0];

/** The parts that are told apart, the lowest in the chart first; by their signs where there are no colours. */
const parts = [
  { name: 'completed', sign: '█', style: 'green' },
  { name: 'failed', sign: '▓', style: 'red' },
  { name: 'in waits', sign: '▒', style: 'yellow' },
  { name: 'active', sign: '░', style: 'cyan' },
] as const satisfies readonly { name: string; sign: string; style: Style }[];

type Part = (typeof parts)[number]['name'];
interface Moment {
  readonly at: number;
  readonly counts: Readonly<Record<Part, number>>;
}

/** Of a long test only so many moments are kept, evenly spread. */
const mostMoments = 400;

export class LoadHistory {
  #moments: Moment[] = [];
  #everyMs = 100;

  add(standing: Standing): void {
    const last = this.#moments.at(-1);
    const moment = { at: standing.elapsedMs, counts: countsOf(standing) };
    // The newest is always there, even when it replaces the one before.
    if (last && moment.at - last.at < this.#everyMs && this.#moments.length > 1) {
      this.#moments.pop();
    }
    this.#moments.push(moment);
    if (this.#moments.length <= mostMoments) return;
    this.#moments = this.#moments.filter((_, index) => index % 2 === 0);
    this.#everyMs *= 2;
  }

  /** How many moments are remembered. */
  get size(): number {
    return this.#moments.length;
  }

  /** The chart in so many rows, with its legend below; fewer columns show the same time. */
  chart(size: { rows: number; columns: number; all: number; stream: NodeJS.WriteStream }) {
    const { rows, columns, all, stream } = size;
    const margin = String(all).length + 2;
    const width = Math.max(1, columns - margin);
    const last = this.#moments.at(-1)?.at ?? 0;
    const bars = Array.from({ length: width }, (_, column) =>
      barOf(this.#at(((column + 1) / width) * last), { all, rows }),
    );
    const lines = Array.from({ length: rows }, (_, row) => {
      const label = row === 0 ? String(all) : row === rows - 1 ? '0' : '';
      const level = rows - 1 - row;
      return `${label.padStart(margin - 2)} │${joined(
        bars.map((bar) => bar[level] ?? -1),
        stream,
      )}`;
    });
    const end = formatDuration(last);
    const axis = `${' '.repeat(margin - 1)}0s${end.padStart(Math.max(0, width - 2))}`;
    return [...lines, axis];
  }

  #at(elapsedMs: number): Moment | undefined {
    return this.#moments.findLast(({ at }) => at <= elapsedMs) ?? this.#moments[0];
  }
}

/** The signs of the chart with their counts: `█ completed 120`. */
export function legendOf(standing: Standing, stream: NodeJS.WriteStream): string[] {
  const counts = countsOf(standing);
  return parts.map(
    ({ name, sign, style }) => `${styleText(style, sign, { stream })} ${name} ${counts[name]}`,
  );
}

function countsOf({ statuses, running, completed, failed }: Standing): Moment['counts'] {
  const waits = ['awaiting-warehouse', 'awaiting-pickup', 'awaiting-review'];
  const waiting = waits.reduce((sum, status) => sum + (statuses[status] ?? 0), 0);
  return { completed, failed, 'in waits': waiting, active: Math.max(0, running - waiting) };
}

/** The part of each level of a bar, the lowest first; none above its top. What is there at all is seen. */
function barOf(
  moment: Moment | undefined,
  { all, rows }: { readonly all: number; readonly rows: number },
): number[] {
  if (!moment) return [];
  let sum = 0;
  const levels: number[] = [];
  for (const [index, { name }] of parts.entries()) {
    const count = moment.counts[name];
    sum += count;
    const top = Math.round((sum / all) * rows);
    const least = count > 0 && levels.length < rows ? levels.length + 1 : levels.length;
    while (levels.length < Math.max(top, least)) levels.push(index);
  }
  return levels.slice(0, rows);
}

/** The signs of a row, each run of the same part styled once. */
function joined(row: readonly number[], stream: NodeJS.WriteStream): string {
  let text = '';
  for (let from = 0; from < row.length; ) {
    const index = row[from];
    let to = from + 1;
    while (to < row.length && row[to] === index) to += 1;
    const part = parts[index ?? -1];
    const signs = (part?.sign ?? ' ').repeat(to - from);
    text += part ? styleText(part.style, signs, { stream }) : signs;
    from = to;
  }
  return text.trimEnd();
}
