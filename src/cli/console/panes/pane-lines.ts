/** Lines of at most the width of a pane, from texts and styled lines. */
import { applyStyle, type TextStyle } from '../../terminal/output-guard.ts';
import { clip, displayWidth, printable } from '../../terminal/table.ts';
import { wrap } from '../../terminal/wrap.ts';

export interface LineOptions {
  /** Maximum width of a line (terminal columns). */
  readonly columns: number;
  readonly stream: NodeJS.WriteStream;
}

/** Matches a style; a text that is split by it has its styles at the odd indexes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: styles begin with this character
const styles = /(\u001b\[[\d;]*m)/; // oxlint-disable-line no-control-regex -- the same

/** Returns a styled line, shortened to `columns` if it is longer. A shortened line ends with `…`. Its styles still end. */
export function clipStyled(line: string, columns: number): string {
  const parts = line.split(styles);
  const isText = (_: string, index: number) => index % 2 === 0;
  if (displayWidth(parts.filter(isText).join('')) <= columns) return line;
  let left = columns - 1;
  let isClipped = false;
  const kept = parts.map((part, index) => {
    if (index % 2 === 1 || isClipped) return index % 2 === 1 ? part : '';
    const text = takeColumns(part, left);
    left -= displayWidth(text);
    isClipped = text.length < part.length;
    return isClipped ? `${text}…` : text;
  });
  return kept.join('');
}

/** Returns the start of a text that fits into `columns`. */
function takeColumns(text: string, columns: number): string {
  let kept = '';
  let left = columns;
  for (const char of text) {
    left -= displayWidth(char);
    if (left < 0) break;
    kept += char;
  }
  return kept;
}

/** Returns a text from outside as lines of at most `columns`, broken at spaces. A word that is longer is broken as well. */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of printable(text).split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 1 + displayWidth(word) <= columns) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(...breakText(word, columns));
  }
  return lines;
}

/** Returns a text in parts of at most `columns`, however long its words are. */
export function breakText(text: string, columns: number): string[] {
  // A letter of a wide script takes two columns.
  const width = Math.max(2, columns);
  const parts: string[] = [];
  let rest = text;
  while (displayWidth(rest) > width) {
    const part = takeColumns(rest, width);
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return [...parts, rest];
}

/** A named fact of a pane. */
export interface Fact {
  readonly name: string;
  readonly text: string;
  readonly style?: TextStyle | undefined;
}

/** Width of the names of facts, with the space behind them (terminal columns). */
const nameWidth = 12;

/** Returns a text as lines, broken between its parts if these fit. */
const wrapParts = (text: string, width: number) =>
  wrap(text.split(separator), { width, indent: 0, separator }).flatMap((line) =>
    wrapText(line, width),
  );
const separator = ' · ';

/** Returns a fact as its name and its text, which continues below itself. */
export function formatFact(
  { name, text, style }: Fact,
  { columns, stream }: LineOptions,
): string[] {
  return wrapParts(text, columns - nameWidth).map((line, index) => {
    const label = (index === 0 ? name : '').padEnd(nameWidth);
    return style ? applyStyle(style, `${label}${line}`, stream) : `${label}${line}`;
  });
}

/** Returns the title of a part of a pane, as of the columns of a table. */
export const formatTitle = (title: string, stream: NodeJS.WriteStream) =>
  applyStyle('bold', title, stream);

/** Panes of fewer rows have no empty lines, and show the most important part first. */
export const roomyRows = 14;

/** Joins the parts of a pane that are not empty, with an empty line between them if there are enough rows. */
export function joinBlocks(blocks: readonly (readonly string[])[], rows: number): string[] {
  const gap = rows < roomyRows ? [] : [''];
  return blocks
    .filter(({ length }) => length > 0)
    .flatMap((block, index) => (index === 0 ? block : [...gap, ...block]));
}

/** Returns why a part is missing: it is being read, or it cannot be read. */
export function formatMissing(
  what: string,
  problem: string | undefined,
  { columns, stream }: LineOptions,
): string[] {
  if (problem === undefined) {
    return [applyStyle('dim', clip(`reading ${what} ...`, columns), stream)];
  }
  const lines = wrapText(`${what} cannot be read: ${problem}`, columns - 2);
  return lines.map((line, index) =>
    applyStyle('yellow', `${index === 0 ? '!' : ' '} ${line}`, stream),
  );
}
