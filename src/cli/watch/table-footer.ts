/** The footer of the live table: the position in the table, the keys, and the quota use. */
import { clip } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import type { TableState } from './table-keys.ts';

export interface TablePosition {
  /** Index of the first visible row. */
  readonly from: number;
  /** Index after the last visible row. */
  readonly to: number;
  /** Number of rows that match the filter. */
  readonly count: number;
  /** Number of lines available for the help. */
  readonly helpRows: number;
}

export interface Footer extends TablePosition {
  readonly state: TableState;
  readonly stream: NodeJS.WriteStream;
  readonly columns: number;
  /** Whether the terminal's keys can be read. */
  readonly hasKeys: boolean;
  /** Reads per second and their quota, for example `reads 0.4/15 rps`. */
  readonly quotaUse: string;
}

const tableKeys = ['↑↓ select', 'enter open', '/ filter', 'q detach', '? help'];
const shortTableKeys = ['↑↓ enter / q', '? help'];
const orderKeys = ['esc back', '↑↓ next order', 'q detach', '? help'];
const shortOrderKeys = ['esc ↑↓ q', '? help'];
const helpParts = [
  '↑↓ k j row',
  'PgUp PgDn page',
  'Home End g G first, last',
  'enter open',
  '/ filter by id, customer, status',
  'esc back',
  'q detach',
  'ctrl-z suspend',
];

/** Returns the number of lines of the help, or 0 if it is not shown. */
export function helpHeight({ help, typing }: TableState, columns: number): number {
  return help && !typing ? formatHelp(columns).length : 0;
}

/** Returns the lines of the footer: the help if it is open, then the status line or the filter input. */
export function formatFooter(footer: Footer): string[] {
  const { state, stream, columns } = footer;
  if (state.typing) return [formatFilterInput(state.filter, columns)];
  const help = state.help ? formatHelp(columns).slice(0, footer.helpRows) : [];
  return [...help, formatStatusLine(footer)].map((text) => dim(text, stream));
}

/** Returns the position, the keys and the quota use. Shortens the keys, then omits the quota use, if the line is too long. */
function formatStatusLine(footer: Footer): string {
  const { state, columns, hasKeys, quotaUse } = footer;
  const position = state.open ? [] : formatPosition(footer);
  const [keys, short] = state.open ? [orderKeys, shortOrderKeys] : [tableKeys, shortTableKeys];
  const variants = (hasKeys ? [keys, short] : [['ctrl-c detach; orders continue']]).map((parts) =>
    [...position, ...parts].join('  '),
  );
  const withQuotaUse = variants.map((left) => alignRight(left, quotaUse, columns)).find(Boolean);
  const withoutQuotaUse = variants.find(({ length }) => length <= columns) ?? variants.at(-1) ?? '';
  return withQuotaUse ?? clip(withoutQuotaUse, columns);
}

/** Returns the visible rows, for example `1-17 of 500 with "low"`, or nothing if all rows are visible and no filter is set. */
function formatPosition({ state: { filter }, from, to, count }: Footer): string[] {
  const of = to - from < count ? `${from + 1}-${to} of ${count}` : '';
  if (!filter) return of ? [of] : [];
  return [`${of || count} with "${filter}"`];
}

/** Returns the filter input. The end of a long filter stays visible. */
function formatFilterInput(filter: string, columns: number): string {
  const hint = '   enter keeps  esc clears';
  const maxLength = columns - 2 - (columns >= 60 ? hint.length : 0);
  return `/${filter.slice(-maxLength)}_${columns >= 60 ? hint : ''}`;
}

/** Returns a line with `right` aligned to its right edge, or undefined if both texts do not fit. */
function alignRight(left: string, right: string, columns: number): string | undefined {
  const space = columns - left.length - right.length;
  return space >= 2 ? left + ' '.repeat(space) + right : undefined;
}

function formatHelp(columns: number): string[] {
  const lines = wrap(helpParts, { width: columns, indent: 0, separator: ' · ' });
  return lines.map((line) => clip(line, columns));
}
