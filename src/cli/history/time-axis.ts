/** The time axis of a timeline that is drawn as text. */
import type { TimelineBreak } from '../../workflow/invocations.ts';
import type { Timeline } from '../../workflow/timeline.ts';
import { formatShortDuration } from '../terminal/format-short-duration.ts';
import { applyStyle, type TextStyle } from '../terminal/output-guard.ts';

export interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly glyph: string;
  readonly style?: TextStyle | undefined;
}

interface Cell {
  readonly glyph: string;
  readonly style?: TextStyle | undefined;
}

/** Each glyph is one UTF-16 code unit, so that the length of a string is its number of cells. */
export const glyphs = {
  ran: '█',
  backoff: '▒',
  waiting: '░',
  invocation: '■',
  paused: '═',
  cut: '╱╱',
};
const eighths = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/** In a narrow chart there are fewer cuts, so that at most a third of its columns are cuts. */
const minColumnsPerCut = 3 * glyphs.cut.length;

/** Maps time to columns. A cut is two columns wide regardless of its length. */
export class TimeAxis {
  readonly #columns: number;
  readonly #cuts: readonly TimelineBreak[];
  readonly #perMs: number;

  constructor(
    { totalMs, cuts }: Timeline,
    { columns, linear }: { columns: number; linear: boolean },
  ) {
    this.#columns = columns;
    this.#cuts = linear ? [] : keepLongest(cuts, Math.floor(columns / minColumnsPerCut));
    const shown = totalMs - this.#cuts.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    this.#perMs = (columns - glyphs.cut.length * this.#cuts.length) / Math.max(1, shown);
  }

  get hasCuts(): boolean {
    return this.#cuts.length > 0;
  }

  /** Returns the bars as text. It is as wide as the axis. */
  draw(bars: readonly Bar[], stream: NodeJS.WriteStream): string {
    const cells = Array.from({ length: this.#columns }, (): Cell => ({ glyph: ' ' }));
    for (const bar of bars) this.#fill(cells, bar);
    for (const { fromMs } of this.#cuts) {
      const column = Math.round(this.#at(fromMs));
      const cut = Array.from(glyphs.cut, (glyph): Cell => ({ glyph, style: 'dim' }));
      cells.splice(column, glyphs.cut.length, ...cut);
    }
    return formatCells(cells.slice(0, this.#columns), stream);
  }

  /** Returns the line with the start time of each part between two cuts. */
  labels(): string {
    const starts = [0, ...this.#cuts.map(({ toMs }) => toMs)];
    let line = '';
    for (const ms of starts) {
      const column = Math.round(this.#at(ms));
      const text = ms === 0 ? '0s' : formatShortDuration(ms);
      if (column < line.length + (line ? 1 : 0) || column + text.length > this.#columns) continue;
      line = line.padEnd(column) + text;
    }
    return line;
  }

  /** Draws a bar. A bar shorter than a column is drawn as a part of it. */
  #fill(cells: Cell[], { fromMs, toMs, glyph, style }: Bar): void {
    const from = this.#at(fromMs);
    const to = this.#at(toMs);
    const first = Math.min(this.#columns - 1, Math.floor(from));
    const last = Math.max(first, Math.ceil(to) - 1);
    if (first === last && glyph === glyphs.ran) {
      const part = eighths[Math.min(7, Math.floor((to - from) * 8))] ?? glyph;
      cells[first] = { glyph: part, style };
      return;
    }
    for (let column = first; column <= Math.min(last, this.#columns - 1); column += 1) {
      cells[column] = { glyph, style };
    }
  }

  #at(ms: number): number {
    let column = 0;
    let shownFrom = 0;
    for (const { fromMs, toMs } of this.#cuts) {
      if (ms <= fromMs) break;
      column += (fromMs - shownFrom) * this.#perMs;
      if (ms < toMs) return column + (glyphs.cut.length * (ms - fromMs)) / (toMs - fromMs);
      column += glyphs.cut.length;
      shownFrom = toMs;
    }
    return column + (ms - shownFrom) * this.#perMs;
  }
}

/** Returns the longest cuts, in their order. The others are drawn to scale. */
function keepLongest(cuts: readonly TimelineBreak[], maxCuts: number): readonly TimelineBreak[] {
  const longest = cuts
    .toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))
    .slice(0, maxCuts);
  return cuts.filter((cut) => longest.includes(cut));
}

/** Returns the cells as text. Neighbors with the same style are one styled text. */
function formatCells(cells: readonly Cell[], stream: NodeJS.WriteStream): string {
  let text = '';
  for (let from = 0; from < cells.length; ) {
    const { style } = cells[from] ?? {};
    let to = from + 1;
    while (to < cells.length && cells[to]?.style === style) to += 1;
    const run = cells.slice(from, to).map(({ glyph }) => glyph);
    text += style ? applyStyle(style, run.join(''), stream) : run.join('');
    from = to;
  }
  return text;
}
