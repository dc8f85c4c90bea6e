/** Draws the timeline of an execution as text. Long waits are cut out of its time axis. */
import { stages } from '../../../functions/contract/workflow.ts';
import type { Invocation, TimelineBreak } from '../../workflow/invocations.ts';
import type { Span, Timeline } from '../../workflow/timeline.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { clip, printable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';

export interface TimelineView {
  /** Width of the chart with its labels and notes (terminal columns). */
  readonly width: number;
  /** Whether the time axis is to scale, without cuts. */
  readonly linear: boolean;
  /** Factor by which waits pass faster than wall time. */
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

/** Each glyph is one UTF-16 code unit, so that the length of a string is its number of cells. */
const glyphs = {
  ran: '█',
  backoff: '▒',
  waiting: '░',
  invocation: '■',
  paused: '═',
  cut: '╱╱',
};
const eighths = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const undos = new Set<string>(stages.flatMap((stage) => ('undo' in stage ? [stage.undo] : [])));
/** Minimum width of the bars. A narrower chart would show nothing. */
const minChartWidth = 16;
const durationWidth = 8;

/** Returns the chart with its legend, or only names and durations if the width is too small for bars. */
export function formatTimeline(timeline: Timeline, view: TimelineView): string {
  const rows = [
    invocationRow(timeline),
    ...pauseRows(timeline),
    ...timeline.spans.map((span) => spanRow(span, timeline, view)),
  ];
  const labelWidth = Math.max(...rows.map(({ label }) => label.length));
  const noteWidth = Math.min(24, Math.max(0, ...rows.map(({ note }) => note.length)));
  const available = view.width - labelWidth - durationWidth - 3;
  const columns = Math.max(
    Math.min(available, minChartWidth),
    available - (noteWidth > 0 ? noteWidth + 2 : 0),
  );
  const axis =
    columns < minChartWidth ? undefined : new Axis(timeline, { columns, linear: view.linear });
  const lines = rows.map(({ label, bars, duration, note }) => {
    const chart = axis ? ` ${axis.draw(bars)}` : '';
    const start = `${label.padEnd(labelWidth)}${chart} ${duration.padStart(durationWidth)}`;
    const left = view.width - start.length - 2;
    return `${start}${left > 3 && note ? `  ${dim(clip(note, left), view.stream)}` : ''}`.trimEnd();
  });
  if (!axis) return `${lines.join('\n')}\n`;
  const scale = `${' '.repeat(labelWidth)} ${axis.labels()}`.trimEnd();
  const isPaused = timeline.pauses !== undefined;
  const legend = clip(formatLegend({ hasCuts: axis.hasCuts, isPaused }), view.width);
  return `${[dim(scale, view.stream), ...lines, dim(legend, view.stream)].join('\n')}\n`;
}

function formatLegend({ hasCuts, isPaused }: { hasCuts: boolean; isPaused: boolean }): string {
  const parts = [
    `${glyphs.ran} ran`,
    `${glyphs.backoff} backoff`,
    `${glyphs.waiting} waiting, no compute`,
    `${glyphs.invocation} invocation`,
    ...(isPaused ? [`${glyphs.paused} paused`] : []),
    ...(hasCuts ? [`${glyphs.cut} time cut out`] : []),
  ];
  return parts.join('  ');
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
    duration: formatShortDuration(
      invocations.reduce((sum, invocation) => sum + invocationMs(invocation), 0),
    ),
    note: failed ? `${failed.number}: ${failed.error?.type}` : `${invocations.length}`,
  };
}

/** Returns a row with all pauses, if there are any. The note is the reason of the last one. */
function pauseRows({ pauses, totalMs }: Timeline): Row[] {
  if (!pauses) return [];
  const bars = pauses.map(({ startMs, endMs = totalMs }) => ({
    fromMs: startMs,
    toMs: endMs,
    glyph: glyphs.paused,
  }));
  const duration = bars.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const { endMs, reason = '' } = pauses.at(-1) ?? {};
  const note = [endMs === undefined ? 'paused' : '', printable(reason)].filter(Boolean).join(': ');
  return [{ label: 'paused', bars, duration: formatShortDuration(duration), note }];
}

const invocationMs = ({ startMs, endMs }: Invocation) => endMs - startMs;

function spanRow(span: Span, { totalMs }: Timeline, { timeScale }: TimelineView): Row {
  const { name, startMs, endMs = totalMs, attempts } = span;
  const times = attempts.length > 1 ? ` ×${attempts.length}` : '';
  return {
    label: `${printable(name)}${times}`,
    bars: spanBars(span, totalMs),
    duration: formatShortDuration(endMs - startMs),
    note: formatNote(span, timeScale),
  };
}

function spanBars(span: Span, totalMs: number): Bar[] {
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

function formatNote(span: Span, timeScale: number): string {
  if (span.kind === 'wait') return formatWaitNote(span, timeScale);
  const { name, state, skipped } = span;
  if (skipped !== undefined) return skipped ? `skipped: ${skipped}` : 'skipped';
  const notes = [undos.has(name) ? 'undo' : '', formatErrorNote(span)].filter(Boolean);
  return notes.join(', ') || (state === 'running' ? 'running' : '');
}

function formatWaitNote({ state, waitMs }: Span, timeScale: number): string {
  // At wall time the duration column already shows the length of an ended wait.
  if (timeScale === 1 && state !== 'waiting') return '';
  const length = waitMs === undefined ? '' : formatDuration(waitMs);
  const scale = timeScale === 1 ? '' : ` at ×${timeScale}`;
  return `${state === 'waiting' ? 'waiting, ' : ''}${length}${scale}`;
}

/** Returns the error of a failed span's last attempt, or of the first failed attempt of any other span. */
function formatErrorNote({ state, attempts }: Span): string {
  const failed = attempts.filter(({ error }) => error);
  const attempt = state === 'failed' ? failed.at(-1) : failed[0];
  if (!attempt?.error) return '';
  const number = attempts.length > 1 ? `${attempt.number}: ` : '';
  return `${number}${printable(attempt.error.message || attempt.error.type)}`;
}

/** Maps time to columns. A cut is two columns wide regardless of its length. */
class Axis {
  readonly #columns: number;
  readonly #cuts: readonly TimelineBreak[];
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

/** Formats milliseconds with the precision of a step: `84ms`, `1.60s`, `5m 00s`. */
export function formatShortDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return ms < 9_995 ? `${(ms / 1000).toFixed(2)}s` : formatDuration(ms);
}
