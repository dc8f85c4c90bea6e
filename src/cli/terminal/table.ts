/** Aligned columns that fit where they are shown. No boxes: a line is a row, for people and for awk. */
import { stripVTControlCharacters, styleText } from 'node:util';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly align?: 'right';
  /** Takes so many columns whatever the rows hold, so that a table that is redrawn stands still. */
  readonly width?: number;
  /** May be cut to so many columns, with `…`, where there is too little room. */
  readonly least?: number;
  /** Left out where there is too little room; the highest goes first. Absent: stays. */
  readonly leave?: number;
  readonly style?: (row: Row) => Parameters<typeof styleText>[0] | undefined;
}

export interface TableOptions {
  readonly header: boolean;
  /** Terminal columns that a row may take; absent where lines may be of any length. */
  readonly width?: number | undefined;
  /** The stream it is for: styles are only written where it shows them. */
  readonly stream: NodeJS.WriteStream;
}

interface Sized<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

const gap = 2;

/** The rows as text, each ending in a newline. */
export function formatTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { header, width = Number.POSITIVE_INFINITY, stream }: TableOptions,
): string {
  const natural = columns.map((column) => {
    const texts = rows.map((row) => displayWidth(printable(column.text(row))));
    const widest = texts.reduce((most, each) => Math.max(most, each), 0);
    const { title, width: usual = 0 } = column;
    const isEmpty = widest === 0 && usual === 0;
    return { column, width: isEmpty ? 0 : Math.max(widest, usual, header ? title.length : 0) };
  });
  const sized = squeeze(
    natural.filter((each) => each.width > 0),
    width,
  );
  const lineOf = (cell: (column: Column<Row>) => string, row?: Row) =>
    sized
      .map(({ column, width: room }, index) => {
        const last = index === sized.length - 1;
        const text = pad(
          cut(cell(column), room),
          last && column.align !== 'right' ? 0 : room,
          column.align,
        );
        const style = row === undefined ? 'dim' : column.style?.(row);
        return style ? styleText(style, text, { stream }) : text;
      })
      .join(' '.repeat(gap))
      .trimEnd();
  const lines = rows.map((row) => lineOf((column) => printable(column.text(row)), row));
  if (header) lines.unshift(lineOf(({ title }) => title));
  return lines.map((line) => `${line}\n`).join('');
}

/** Cuts what may be cut, then leaves out what may be left out, until a row fits. */
function squeeze<Row>(columns: readonly Sized<Row>[], room: number): readonly Sized<Row>[] {
  const excess = columns.reduce((sum, { width }) => sum + width + gap, -gap) - room;
  if (excess <= 0) return columns;
  const narrow = columns.map((each) => ({
    ...each,
    width: Math.min(each.width, each.column.least ?? each.width),
  }));
  const spare = room - narrow.reduce((sum, { width }) => sum + width + gap, -gap);
  if (spare >= 0) return widen(narrow, columns, spare);
  const order = [...columns].sort((a, b) => (b.column.leave ?? 0) - (a.column.leave ?? 0));
  const [first] = order;
  if (first?.column.leave)
    return squeeze(
      columns.filter((each) => each !== first),
      room,
    );
  const widest = [...columns].sort((a, b) => b.width - a.width)[0];
  return columns.map((each) =>
    each === widest ? { ...each, width: Math.max(1, each.width - excess) } : each,
  );
}

/** Gives the room that is left to the cut columns, one after the other in turn. */
function widen<Row>(
  narrow: readonly Sized<Row>[],
  natural: readonly Sized<Row>[],
  spare: number,
): readonly Sized<Row>[] {
  const widths = narrow.map(({ width }) => width);
  const isCut = (index: number) => (widths[index] ?? 0) < (natural[index]?.width ?? 0);
  for (let left = spare, index = 0; left > 0 && widths.some((_, each) => isCut(each)); index++) {
    const turn = index % widths.length;
    if (!isCut(turn)) continue;
    widths[turn] = (widths[turn] ?? 0) + 1;
    left -= 1;
  }
  return narrow.map((each, index) => ({ ...each, width: widths[index] ?? each.width }));
}

function pad(text: string, width: number, align: Column<never>['align']): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? space + text : text + space;
}

function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  for (const char of text) {
    if (displayWidth(kept + char) > width - 1) break;
    kept += char;
  }
  return `${kept.trimEnd()}…`;
}

/** A line of text that takes at most so many columns. */
export function clip(text: string, width: number): string {
  return cut(text, Math.max(1, width));
}

/** What came from outside, on one line and unable to steer the terminal. */
export function printable(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uFF01-\uFF60]/u;

/** Terminal columns that a text takes, near enough: wide scripts take two a letter, combining marks none. */
function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += wide.test(char) ? 2 : /\p{M}/u.test(char) ? 0 : 1;
  return width;
}
