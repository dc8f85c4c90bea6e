/** Draws the timeline of an execution as text. Long waits are cut out of its time axis. */
import type { Invocation } from '../../workflow/invocations.ts';
import type { Span, Timeline } from '../../workflow/timeline.ts';
import { undoSteps } from '../../workflow/undo-steps.ts';
import { formatShortDuration } from '../terminal/format-short-duration.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { applyStyle, type TextStyle } from '../terminal/output-guard.ts';
import { clip, printable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import { type Bar, glyphs, TimeAxis } from './time-axis.ts';

export interface TimelineView {
  /** Width of the chart with its labels and notes (terminal columns). */
  readonly width: number;
  /** Whether the time axis is to scale, without cuts. */
  readonly linear: boolean;
  /** Factor by which waits pass faster than wall time. */
  readonly timeScale: number;
  readonly stream: NodeJS.WriteStream;
  /** Whether a screen reader reads the text: bars would be noise. */
  readonly isSpoken?: boolean;
}

interface Row {
  /** How the row ended, as one sign. */
  readonly sign: string;
  readonly style?: TextStyle | undefined;
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly duration: string;
  readonly note: string;
}

/** Minimum width of the bars. A narrower chart would show nothing. */
const minChartWidth = 16;
const durationWidth = 8;
const signWidth = 2;

/** Returns the chart with its legend; only names and durations if the width is too small for bars, or for a screen reader. */
export function formatTimeline(timeline: Timeline, view: TimelineView): string {
  const rows = [
    invocationRow(timeline),
    ...pauseRows(timeline),
    ...timeline.spans.map((span) => spanRow(span, timeline, view)),
  ];
  const labelWidth = Math.max(...rows.map(({ label }) => label.length));
  const noteWidth = Math.min(24, Math.max(0, ...rows.map(({ note }) => note.length)));
  const available = view.width - signWidth - labelWidth - durationWidth - 3;
  const columns = Math.max(
    Math.min(available, minChartWidth),
    available - (noteWidth > 0 ? noteWidth + 2 : 0),
  );
  const hasBars = columns >= minChartWidth && !view.isSpoken;
  const axis = hasBars ? new TimeAxis(timeline, { columns, linear: view.linear }) : undefined;
  const chartWidth = axis ? columns + 1 : 0;
  const left = view.width - signWidth - labelWidth - chartWidth - durationWidth - 3;
  const lines = rows.map(({ sign, style, label, bars, duration, note }) => {
    const colored = (text: string) => (style ? applyStyle(style, text, view.stream) : text);
    const chart = axis ? ` ${axis.draw(bars, view.stream)}` : '';
    const start = `${colored(`${sign} ${label.padEnd(labelWidth)}`)}${chart} ${duration.padStart(durationWidth)}`;
    if (left <= 3 || !note) return start;
    const shown = clip(note, left);
    return `${start}  ${isTrouble(style) ? colored(shown) : dim(shown, view.stream)}`;
  });
  if (!axis) return `${lines.join('\n')}\n`;
  const scale = `${' '.repeat(signWidth + labelWidth)} ${axis.labels()}`.trimEnd();
  const isPaused = timeline.pauses !== undefined;
  const legend = clip(formatLegend({ hasCuts: axis.hasCuts, isPaused }), view.width);
  return `${[scale, ...lines, legend].join('\n')}\n`;
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
    sign: ' ',
    label: 'invocations',
    bars: invocations.map(({ startMs, endMs }) => ({
      fromMs: startMs,
      toMs: endMs,
      glyph: glyphs.invocation,
      style: 'dim',
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
    style: 'yellow' as const,
  }));
  const duration = bars.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const { endMs, reason = '' } = pauses.at(-1) ?? {};
  const note = [endMs === undefined ? 'paused' : '', printable(reason)].filter(Boolean).join(': ');
  return [
    {
      sign: '‖',
      style: 'yellow',
      label: 'paused',
      bars,
      duration: formatShortDuration(duration),
      note,
    },
  ];
}

const invocationMs = ({ startMs, endMs }: Invocation) => endMs - startMs;

/** Returns how a span ended, as a sign and a color. */
function spanSign({ name, state, skipped }: Span): { sign: string; style?: TextStyle } {
  if (state === 'failed') return { sign: '✗', style: 'red' };
  if (state === 'cancelled') return { sign: '✗', style: 'yellow' };
  if (state === 'running') return { sign: '◔', style: 'cyan' };
  if (state === 'waiting') return { sign: '◔', style: 'dim' };
  if (skipped !== undefined) return { sign: '–', style: 'dim' };
  return undoSteps.has(name) ? { sign: '↶', style: 'yellow' } : { sign: '✓' };
}

const isTrouble = (style: TextStyle | undefined) => style === 'red' || style === 'yellow';

function spanRow(span: Span, { totalMs }: Timeline, { timeScale }: TimelineView): Row {
  const { name, startMs, endMs = totalMs, attempts } = span;
  const times = attempts.length > 1 ? ` ×${attempts.length}` : '';
  return {
    ...spanSign(span),
    label: `${printable(name)}${times}`,
    bars: spanBars(span, totalMs),
    duration: formatShortDuration(endMs - startMs),
    note: formatNote(span, timeScale),
  };
}

function spanBars(span: Span, totalMs: number): Bar[] {
  const { kind, startMs, endMs = totalMs, attempts } = span;
  const { style = 'green' } = spanSign(span);
  if (kind !== 'step') {
    const bar = { fromMs: startMs, toMs: endMs };
    return [
      kind === 'context'
        ? { ...bar, glyph: glyphs.ran, style }
        : { ...bar, glyph: glyphs.waiting, style: 'dim' },
    ];
  }
  const whole = { fromMs: startMs, toMs: endMs, glyph: glyphs.backoff, style: 'dim' } as const;
  const ran = attempts.map(({ startMs: fromMs, endMs: toMs = totalMs, error }) => ({
    fromMs,
    toMs,
    glyph: glyphs.ran,
    style: error ? 'red' : style,
  }));
  return attempts.length > 1 || span.state === 'waiting' ? [whole, ...ran] : ran;
}

function formatNote(span: Span, timeScale: number): string {
  if (span.kind === 'wait') return formatWaitNote(span, timeScale);
  const { name, state, skipped } = span;
  if (skipped !== undefined) return skipped ? `skipped: ${skipped}` : 'skipped';
  const notes = [undoSteps.has(name) ? 'undo' : '', formatErrorNote(span)].filter(Boolean);
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
