/** The timeline of an execution as text: who ran when, with the long waits cut out of the axis. */
import { stages } from '../../../functions/contract/workflow.ts';
import type { Cut, Invocation } from '../../workflow/invocations.ts';
import type { Span, Timeline } from '../../workflow/timeline.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { printable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';

export interface TimelineView {
  /** Columns to fill. */
  readonly width: number;
  /** True to scale, without cuts. */
  readonly linear: boolean;
  /** How much faster than wall time waits pass. */
  readonly timeScale: number;
  readonly stream: NodeJS.WriteStream;
}

interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly glyph: string;
}

interface Row {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly duration: string;
  readonly note: string;
}

/** Each a single code unit, so that a chart's cells are the letters of a string. */
const glyphs = { ran: '█', backoff: '▒', waiting: '░', invocation: '■', cut: '╱╱' };
const eighths = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const undos = new Set<string>(stages.flatMap((each) => ('undo' in each ? [each.undo] : [])));
/** Narrower than this, a chart shows nothing. */
const leastChart = 16;
const durationWidth = 8;

/** The chart with its legend; where there is no room for one, names and durations. Ends in a newline. */
export function formatTimeline(timeline: Timeline, view: TimelineView): string {
  const rows = [
    invocationRow(timeline),
    ...timeline.spans.map((span) => spanRow(span, timeline, view)),
  ];
  const labels = Math.max(...rows.map(({ label }) => label.length));
  const notes = Math.min(24, Math.max(0, ...rows.map(({ note }) => note.length)));
  const room = view.width - labels - durationWidth - 3;
  const chart = Math.max(Math.min(room, leastChart), room - (notes > 0 ? notes + 2 : 0));
  const axis =
    chart < leastChart ? undefined : new Axis(timeline, { columns: chart, linear: view.linear });
  const lines = rows.map(({ label, bars, duration, note }) => {
    const drawn = axis ? ` ${axis.draw(bars)}` : '';
    const start = `${label.padEnd(labels)}${drawn} ${duration.padStart(durationWidth)}`;
    const left = view.width - start.length - 2;
    return `${start}${left > 3 && note ? `  ${dim(clip(note, left), view.stream)}` : ''}`.trimEnd();
  });
  if (!axis) return `${lines.join('\n')}\n`;
  const scale = `${' '.repeat(labels)} ${axis.labels()}`.trimEnd();
  const legend = `${glyphs.ran} ran  ${glyphs.backoff} backoff  ${glyphs.waiting} waiting, no compute  ${glyphs.invocation} invocation${axis.hasCuts ? `  ${glyphs.cut} time cut out` : ''}`;
  return `${[dim(scale, view.stream), ...lines, dim(clip(legend, view.width), view.stream)].join('\n')}\n`;
}

function invocationRow({ invocations }: Timeline): Row {
  const failed = invocations.find(({ error }) => error);
  return {
    label: 'invocations',
    bars: invocations.map(({ startMs, endMs }) => ({
      fromMs: startMs,
      toMs: endMs,
      glyph: glyphs.invocation,
    })),
    duration: shortDuration(invocations.reduce((sum, each) => sum + lengthOf(each), 0)),
    note: failed ? `${failed.number}: ${failed.error?.type}` : `${invocations.length}`,
  };
}

const lengthOf = ({ startMs, endMs }: Invocation) => endMs - startMs;

function spanRow(span: Span, { totalMs }: Timeline, { timeScale }: TimelineView): Row {
  const { name, startMs, endMs = totalMs, attempts } = span;
  const times = attempts.length > 1 ? ` ×${attempts.length}` : '';
  return {
    label: `${printable(name)}${times}`,
    bars: barsOf(span, totalMs),
    duration: shortDuration(endMs - startMs),
    note: noteOf(span, timeScale),
  };
}

function barsOf(span: Span, totalMs: number): Bar[] {
  const { kind, startMs, endMs = totalMs, attempts } = span;
  if (kind !== 'step') {
    return [
      { fromMs: startMs, toMs: endMs, glyph: kind === 'context' ? glyphs.ran : glyphs.waiting },
    ];
  }
  const whole = { fromMs: startMs, toMs: endMs, glyph: glyphs.backoff };
  const ran = attempts.map(({ startMs: fromMs, endMs: toMs = totalMs }) => ({
    fromMs,
    toMs,
    glyph: glyphs.ran,
  }));
  return attempts.length > 1 || span.state === 'waiting' ? [whole, ...ran] : ran;
}

function noteOf(span: Span, timeScale: number): string {
  const { name, kind, state, waitMs, skipped, attempts } = span;
  if (kind === 'wait') {
    // At wall time the duration beside it says as much.
    if (timeScale === 1 && state !== 'waiting') return '';
    const pace = timeScale === 1 ? '' : ` at ×${timeScale}`;
    const left = state === 'waiting' ? 'waiting, ' : '';
    return `${left}${waitMs === undefined ? '' : formatDuration(waitMs)}${pace}`;
  }
  if (skipped !== undefined) return `skipped${skipped ? `: ${skipped}` : ''}`;
  const failed = attempts.filter(({ error }) => error);
  const told = state === 'failed' ? failed.at(-1) : failed[0];
  const undo = undos.has(name) ? 'undo' : '';
  if (told?.error) {
    const which = attempts.length > 1 ? `${told.number}: ` : '';
    return `${undo ? `${undo}, ` : ''}${which}${printable(told.error.message || told.error.type)}`;
  }
  return undo || (state === 'running' ? 'running' : '');
}

/** Maps time to columns; a cut takes two of them whatever its length. */
class Axis {
  readonly #columns: number;
  readonly #cuts: readonly Cut[];
  readonly #perMs: number;

  constructor(
    { totalMs, cuts }: Timeline,
    { columns, linear }: { columns: number; linear: boolean },
  ) {
    this.#columns = columns;
    this.#cuts = linear ? [] : cuts;
    const shown = totalMs - this.#cuts.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    this.#perMs = (columns - glyphs.cut.length * this.#cuts.length) / Math.max(1, shown);
  }

  get hasCuts(): boolean {
    return this.#cuts.length > 0;
  }

  draw(bars: readonly Bar[]): string {
    const cells = Array.from({ length: this.#columns }, () => ' ');
    for (const bar of bars) this.#fill(cells, bar);
    for (const { fromMs } of this.#cuts) {
      const column = Math.round(this.#at(fromMs));
      cells.splice(column, glyphs.cut.length, ...Array.from(glyphs.cut));
    }
    return cells.slice(0, this.#columns).join('');
  }

  /** When each stretch between the cuts begins. */
  labels(): string {
    const starts = [0, ...this.#cuts.map(({ toMs }) => toMs)];
    let line = '';
    for (const ms of starts) {
      const column = Math.round(this.#at(ms));
      const text = ms === 0 ? '0s' : shortDuration(ms);
      if (column < line.length + (line ? 1 : 0) || column + text.length > this.#columns) continue;
      line = line.padEnd(column) + text;
    }
    return line;
  }

  /** What is shorter than a column shows as a part of one. */
  #fill(cells: string[], { fromMs, toMs, glyph }: Bar): void {
    const from = this.#at(fromMs);
    const to = this.#at(toMs);
    const first = Math.min(this.#columns - 1, Math.floor(from));
    const last = Math.max(first, Math.ceil(to) - 1);
    if (first === last && glyph === glyphs.ran) {
      cells[first] = eighths[Math.min(7, Math.floor((to - from) * 8))] ?? glyph;
      return;
    }
    for (let column = first; column <= Math.min(last, this.#columns - 1); column += 1) {
      cells[column] = glyph;
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

/** Milliseconds as precisely as a step needs: `84ms`, `1.60s`, `5m 00s`. */
export function shortDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return ms < 9_995 ? `${(ms / 1000).toFixed(2)}s` : formatDuration(ms);
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
