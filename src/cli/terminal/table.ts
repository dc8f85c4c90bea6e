/** Tables with aligned columns that fit the terminal. They have no borders, so that each line is a row for awk. */
import { stripVTControlCharacters } from 'node:util';
import { applyStyle, type TextStyle } from './output-guard.ts';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly align?: 'right';
  /** Minimum width regardless of the rows, so that the columns of a redrawn table do not move. */
  readonly width?: number;
  /** Width to which the column may be shortened if the table is too wide. Absent: it is not shortened. */
  readonly minWidth?: number;
  /** Width beyond which the column is widened only if space is left. Absent: the width of its texts. */
  readonly wantedWidth?: number;
  /** Whether the other columns are widened first: a long reason must not shorten them. */
  readonly yields?: boolean;
  /** Order in which columns are dropped if the table is too wide, the highest first. Absent: it is not dropped. */
  readonly dropPriority?: number;
  readonly style?: (row: Row) => TextStyle | undefined;
}

export interface TableOptions {
  readonly header: boolean;
  /** Maximum width of a row (terminal columns). Absent: unlimited. */
  readonly width?: number | undefined;
  /** Widths of the columns so far, by title. A redrawn table keeps and updates them, so that its columns only widen. */
  readonly widths?: Map<string, number> | undefined;
  /** Number of spaces between two columns (default 2). */
  readonly gap?: number | undefined;
  /** Stream that the table is for. Styles are applied only if it supports colors. */
  readonly stream: NodeJS.WriteStream;
}

interface SizedColumn<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

const defaultGap = 2;

/** Returns the rows as text, each with a final newline. */
export function formatTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { header, width = Number.POSITIVE_INFINITY, widths, gap = defaultGap, stream }: TableOptions,
): string {
  const natural = columns.map((column) => {
    const texts = rows.map((row) => displayWidth(printable(column.text(row))));
    const widest = texts.reduce((max, textWidth) => Math.max(max, textWidth), 0);
    const { title } = column;
    const reserved = Math.max(column.width ?? 0, widths?.get(title) ?? 0);
    const isEmpty = widest === 0 && reserved === 0;
    const columnWidth = isEmpty ? 0 : Math.max(widest, reserved, header ? title.length : 0);
    widths?.set(title, columnWidth);
    return { column, width: columnWidth };
  });
  const sized = fitColumns(
    natural.filter((column) => column.width > 0),
    // A terminal whose size is not set reports 0 columns.
    { maxWidth: width || Number.POSITIVE_INFINITY, gap },
  );
  const formatLine = (cell: (column: Column<Row>) => string, row?: Row) =>
    sized
      .map(({ column, width: columnWidth }, index) => {
        const last = index === sized.length - 1;
        const text = pad(
          clip(cell(column), columnWidth),
          last && column.align !== 'right' ? 0 : columnWidth,
          column.align,
        );
        const style = row === undefined ? 'bold' : column.style?.(row);
        return style ? applyStyle(style, text, stream) : text;
      })
      .join(' '.repeat(gap))
      .trimEnd();
  const lines = rows.map((row) => formatLine((column) => printable(column.text(row)), row));
  if (header) lines.unshift(formatLine(({ title }) => title));
  return lines.map((line) => `${line}\n`).join('');
}

interface Space {
  readonly maxWidth: number;
  readonly gap: number;
}

/** Returns the columns with widths that fit into `maxWidth`: shortens columns first, then drops them. */
function fitColumns<Row>(
  columns: readonly SizedColumn<Row>[],
  space: Space,
): readonly SizedColumn<Row>[] {
  const { maxWidth, gap } = space;
  const excess = rowWidth(columns, gap) - maxWidth;
  if (excess <= 0) return columns;
  const narrow = columns.map((sized) => ({
    ...sized,
    width: Math.min(sized.width, sized.column.minWidth ?? sized.width),
  }));
  const spare = maxWidth - rowWidth(narrow, gap);
  if (spare >= 0) return distributeSpace(narrow, columns, spare);
  const order = [...columns].sort(
    (a, b) => (b.column.dropPriority ?? 0) - (a.column.dropPriority ?? 0),
  );
  const [first] = order;
  if (first?.column.dropPriority)
    return fitColumns(
      columns.filter((sized) => sized !== first),
      space,
    );
  return squeeze(narrow, -spare);
}

/** Returns the columns shortened by `excess` in total, one character of the widest column at a time. */
function squeeze<Row>(
  columns: readonly SizedColumn<Row>[],
  excess: number,
): readonly SizedColumn<Row>[] {
  const widths = columns.map(({ width }) => width);
  for (let left = excess; left > 0; left -= 1) {
    const widest = Math.max(...widths);
    if (widest <= 1) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return columns.map((sized, index) => ({ ...sized, width: widths[index] ?? sized.width }));
}

function rowWidth(columns: readonly { readonly width: number }[], gap: number): number {
  return columns.reduce((sum, { width }) => sum + width + gap, -gap);
}

/**
 * Widens the shortened columns by the spare width, one character each in turn: first those that do not yield, to the width that they
 * want, then all to the width of their texts.
 */
function distributeSpace<Row>(
  narrow: readonly SizedColumn<Row>[],
  natural: readonly SizedColumn<Row>[],
  spare: number,
): readonly SizedColumn<Row>[] {
  const widths = narrow.map(({ width }) => width);
  const texts = natural.map(({ width }) => width);
  const wanted = narrow.map(({ column, width }, index) =>
    column.yields ? width : Math.min(texts[index] ?? 0, column.wantedWidth ?? texts[index] ?? 0),
  );
  const left = widen(widths, wanted, spare);
  widen(widths, texts, left);
  return narrow.map((sized, index) => ({ ...sized, width: widths[index] ?? sized.width }));
}

/** Widens the widths up to the limits, one character each in turn. Returns the space that is left. */
function widen(widths: number[], limits: readonly number[], space: number): number {
  const isShort = (index: number) => (widths[index] ?? 0) < (limits[index] ?? 0);
  let left = space;
  for (let turn = 0; left > 0 && widths.some((_, index) => isShort(index)); turn++) {
    const index = turn % widths.length;
    if (!isShort(index)) continue;
    widths[index] = (widths[index] ?? 0) + 1;
    left -= 1;
  }
  return left;
}

function pad(text: string, width: number, align: Column<never>['align']): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? space + text : text + space;
}

/** Returns the text, shortened to `maxWidth` terminal columns if it is longer. A shortened text ends with `…`. */
export function clip(text: string, maxWidth: number): string {
  const width = Math.max(1, maxWidth);
  if (displayWidth(text) <= width) return text;
  let kept = '';
  for (const char of text) {
    if (displayWidth(kept + char) > width - 1) break;
    kept += char;
  }
  return `${kept.trimEnd()}…`;
}

/** A text of letters and punctuation that take one column. The properties of other characters take 1 ms to load. */
const narrow = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027]*$/;

/** Returns text from outside on one line and without control characters, so that it cannot control the terminal. */
export function printable(text: string): string {
  if (narrow.test(text)) return text;
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uFF01-\uFF60]/u;

/** Estimates the terminal columns of a text: two for a letter of a wide script, none for a combining mark. */
export function displayWidth(text: string): number {
  if (narrow.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += wide.test(char) ? 2 : /\p{M}/u.test(char) ? 0 : 1;
  return width;
}
