import type { LogEntry } from '../../../orders/logs/entry.ts';
import { ReplayFilter } from '../../../orders/logs/replay-filter.ts';
import { levelStyles, stepWidth, toLogTexts } from '../../logs/log-lines.ts';
import { applyStyle } from '../../terminal/output-guard.ts';
import { clip } from '../../terminal/table.ts';
import type { PaneInput } from '../types.ts';
import { formatMissing, type LineOptions, wrapText } from './pane-lines.ts';

/** From this width on, the step has a column of its own and the other fields are shown (columns). */
const wideColumns = 90;
const levelWidth = 6;

/** Draws the newest log lines of the opened order, oldest first, without lines that a replay logged again. */
export function logsPane(input: PaneInput): readonly string[] {
  const { logs, problems } = input.detail ?? {};
  if (!logs) return formatMissing('the logs', problems?.logs, input);
  const replays = new ReplayFilter();
  const shown = logs.filter((entry) => !replays.isReplay(entry));
  const lines = shown.flatMap((entry) => formatEntry(entry, input));
  const note = problems?.logs ? formatMissing('newer lines', problems.logs, input) : [];
  const hidden = logs.length - shown.length;
  return [
    ...(hidden > 0
      ? [applyStyle('dim', clip(formatHidden(hidden), input.columns), input.stream)]
      : []),
    ...(lines.length > 0
      ? lines
      : [applyStyle('dim', clip('no log lines yet', input.columns), input.stream)]),
    ...note,
  ];
}

const formatHidden = (count: number) =>
  `${count} replayed ${count === 1 ? 'line' : 'lines'} hidden`;

/** Returns an entry as a line. The text of a warning or an error continues on further lines. */
function formatEntry(entry: LogEntry, { columns, stream }: LineOptions): string[] {
  const { clock, step, message, fields } = toLogTexts(entry);
  const { level } = entry;
  const isWide = columns >= wideColumns;
  const time = `${isWide ? clock : clock.slice(0, 8)} `;
  const place = isWide ? `${step.padEnd(stepWidth)} ` : '';
  const indent = time.length + place.length + levelWidth;
  const text = isWide ? message : `${step} ${message}`;
  const shown = isWide && fields ? `${text}  ${fields}` : text;
  const isImportant = level === 'WARN' || level === 'ERROR' || level === 'FATAL';
  const width = columns - indent;
  const [first = '', ...others] = isImportant ? wrapText(shown, width) : [clip(shown, width)];
  const start = [
    applyStyle('dim', time, stream),
    place,
    applyStyle(levelStyles[level], level.padEnd(levelWidth), stream),
  ];
  return [`${start.join('')}${first}`, ...others.map((line) => `${' '.repeat(indent)}${line}`)];
}
