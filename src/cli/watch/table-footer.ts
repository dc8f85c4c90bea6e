/** The last lines of a live table: where in it a person is, what keys do, and what is used of the account's limits. */
import { clip } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import type { TableState } from './table-keys.ts';

export interface Place {
  /** The rows on the screen, from 0, `to` not among them; and how many there are. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** How many lines there are for help. */
  readonly help: number;
}

export interface Footer extends Place {
  readonly state: TableState;
  readonly stream: NodeJS.WriteStream;
  readonly columns: number;
  /** Whether keys are read. */
  readonly hasKeys: boolean;
  /** `reads 0.4/15 rps` */
  readonly budget: string;
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

/** How many lines the help takes that is asked for. */
export function helpHeight({ help, typing }: TableState, columns: number): number {
  return help && !typing ? wrapped(helpParts, columns).length : 0;
}

export function footerOf(footer: Footer): string[] {
  const { state, stream, columns } = footer;
  if (state.typing) return [typingLine(state.filter, columns)];
  const help = state.help ? wrapped(helpParts, columns).slice(0, footer.help) : [];
  return [...help, lastLine(footer)].map((text) => dim(text, stream));
}

/** As much of it as fits: the place, the keys, at length if possible, and what is used. */
function lastLine(footer: Footer): string {
  const { state, columns, hasKeys, budget } = footer;
  const place = state.open ? [] : placeOf(footer);
  const [keys, short] = state.open ? [orderKeys, shortOrderKeys] : [tableKeys, shortTableKeys];
  const variants = (hasKeys ? [keys, short] : [['ctrl-c stops looking; the orders go on']]).map(
    (each) => [...place, ...each].join('  '),
  );
  const whole = variants.map((left) => spread(left, budget, columns)).find(Boolean);
  const part = variants.find(({ length }) => length <= columns) ?? variants.at(-1) ?? '';
  return whole ?? clip(part, columns);
}

/** `1-17 of 500 with "low"`; nothing where all are on the screen. */
function placeOf({ state: { filter }, from, to, count }: Footer): string[] {
  const of = to - from < count ? `${from + 1}-${to} of ${count}` : '';
  if (!filter) return of ? [of] : [];
  return [`${of || count} with "${filter}"`];
}

/** The end of what is typed stays in sight. */
function typingLine(filter: string, columns: number): string {
  const hint = '   enter keeps  esc clears';
  const room = columns - 2 - (columns >= 60 ? hint.length : 0);
  return `/${filter.slice(-room)}_${columns >= 60 ? hint : ''}`;
}

function spread(left: string, right: string, columns: number): string | undefined {
  const space = columns - left.length - right.length;
  return space >= 2 ? left + ' '.repeat(space) + right : undefined;
}

/** The parts on as few lines as hold them. */
function wrapped(parts: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length > 0 ? `${lines.at(-1)} · ${part}` : part;
    if (lines.length > 0 && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(clip(part, columns));
  }
  return lines;
}
