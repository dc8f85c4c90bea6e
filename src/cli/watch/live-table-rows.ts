/** Several watched orders as a table that fits the terminal. */
import { styleText } from 'node:util';
import { statusStyle } from '../list/order-rows.ts';
import { formatAge, formatDuration } from '../terminal/format-time.ts';
import { type Column, clip, formatTable, printable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import {
  arrange,
  countWatched,
  endingOf,
  needOf,
  standsStillMs,
  type WatchedOrder,
} from './watched-order.ts';

export interface TableView {
  readonly stream: NodeJS.WriteStream;
  readonly columns: number;
  readonly label: string;
  readonly now: number;
}

export interface LiveTableView extends TableView {
  /** How many orders there are, those that the filter hides among them. */
  readonly counts: string;
  readonly selected: string | undefined;
  /** When the orders were last seen, ms since the epoch. */
  readonly seenAt: number | undefined;
  readonly trouble: string | undefined;
}

/** The lines above the rows: how many orders of what kind there are and how fresh that is, and why nothing is seen. */
export function headerOf(view: LiveTableView): string[] {
  const { columns, stream, seenAt, now, label, counts, trouble } = view;
  const fresh = seenAt === undefined ? '' : `refreshed ${formatAge(now - seenAt)} ago`;
  const lines = [dropped([counts, label, fresh], columns)];
  const why = trouble && clip(`not visible right now: ${printable(trouble)}`, columns);
  return why ? [...lines, styleText('yellow', why, { stream })] : lines;
}

/** The parts in a line; the last are left out where there is too little room. */
function dropped(parts: readonly string[], columns: number): string {
  const told = parts.filter(Boolean);
  while (told.length > 1 && told.join(' · ').length > columns) told.pop();
  return clip(told.join(' · '), columns);
}

/** The column titles and a row an order. */
export function rowsOf(rows: readonly WatchedOrder[], view: LiveTableView): string[] {
  const { stream, columns: width, selected } = view;
  const table = formatTable(rows, columnsOf(view), { header: true, width, stream });
  const lines = table.trimEnd().split('\n');
  return lines.map((line, index) => {
    const isSelected = index > 0 && rows[index - 1]?.orderId === selected;
    return isSelected ? styleText('inverse', line, { stream }) : line;
  });
}

/** What remains on the screen: `most` orders, those that need a person first, and how many more there are. */
export function formatEnd(
  all: readonly WatchedOrder[],
  view: TableView & { readonly most: number },
): string[] {
  const { stream, columns, label, now, most } = view;
  if (all.length === 0) return [];
  const arranged = arrange(all, { filter: '', now });
  const more = arranged.length - most;
  const table = { ...view, counts: '', selected: undefined, seenAt: undefined, trouble: undefined };
  return [
    clip(`${countWatched(all)} · ${label}`, columns),
    ...rowsOf(arranged.slice(0, most), table),
    ...(more > 0 ? [dim(clip(`… ${more} more: orders list`, columns), stream)] : []),
  ];
}

function columnsOf({ now, selected }: LiveTableView): readonly Column<WatchedOrder>[] {
  const style = (each: WatchedOrder) => styleOf(each, now);
  return [
    {
      title: '',
      text: (each) => (each.orderId === selected ? '>' : markOf(each, now)),
      width: 1,
      style,
    },
    { title: 'ORDER', text: ({ orderId }) => orderId, least: 16, width: 16 },
    {
      title: 'CUSTOMER',
      text: ({ order }) => order?.customerId ?? '',
      width: 8,
      least: 8,
      leave: 4,
    },
    {
      title: 'TOTAL',
      text: ({ order }) => order?.total.toFixed(2) ?? '',
      align: 'right',
      width: 7,
      leave: 5,
    },
    { title: 'STATUS', text: statusOf, width: 18, style },
    { title: 'STEP', text: stepOf, least: 15, width: 23, leave: 3 },
    { title: 'AGE', text: (each) => ageOf(each, now), align: 'right', width: 3, leave: 1 },
    { title: 'NEXT', text: (each) => nextOf(each, now), least: 16, width: 40, leave: 2 },
  ];
}

const statusOf = (each: WatchedOrder) => {
  const ending = endingOf(each);
  // Of an order that was stopped from outside the item may not tell.
  return ending === 'running' || ending === 'reached' ? (each.order?.status ?? 'received') : ending;
};

function styleOf(each: WatchedOrder, now: number): ReturnType<typeof statusStyle> {
  const need = needOf(each, now);
  if (need === 'completed' || need === 'cancelled') return statusStyle(need);
  if (need === 'running') return 'cyan';
  return need === 'failed' || need === 'stuck' ? 'red' : 'yellow';
}

const marks = {
  stuck: '!',
  review: '?',
  retrying: '↻',
  still: '!',
  failed: '✗',
  running: '◔',
  cancelled: '✗',
  completed: '✓',
} as const;

const markOf = (each: WatchedOrder, now: number) => marks[needOf(each, now)];

function stepOf({ order, stage, work }: WatchedOrder): string {
  if (order?.failure) return order.failure.stage;
  const step = work?.retry?.step ?? stage?.id ?? '';
  return work?.retry ? `${step} ×${work.retry.attempt}` : step;
}

function ageOf(each: WatchedOrder, now: number): string {
  const { order } = each;
  if (!order) return '';
  const last = endingOf(each) === 'running' ? undefined : order.transitions.at(-1)?.at;
  return formatAge((last ? Date.parse(last) : now) - Date.parse(order.createdAt));
}

/** Below this, an order that stands still in a step is not worth a word, ms. */
const quietMs = 10_000;

/** What comes next for an order, or why nothing does. */
function nextOf(each: WatchedOrder, now: number): string {
  const { order, end, work, resumesAt } = each;
  if (order?.failure) return order.failure.message;
  if (end?.error) return end.error;
  if (order?.warnings?.length) {
    return order.warnings.map(({ stage, message }) => `${stage}: ${message}`).join('; ');
  }
  if (endingOf(each) !== 'running') return '';
  if (work?.stuck) return `${work.stuck.invocations} invocations, no checkpoint`;
  if (work?.retry) {
    const { at, attempt, error } = work.retry;
    const why = error.message || error.type;
    return `attempt ${attempt}${at > now ? ` in ${countdown(at - now)}` : ''}: ${why}`;
  }
  if (resumesAt !== undefined) return resumesAt > now ? countdown(resumesAt - now) : 'due';
  if (order?.undos?.length) return 'undoing';
  if (order?.cancelRequested) return 'to be cancelled';
  const still = standsStillMs(each, now);
  return still >= quietMs ? `no change for ${formatAge(still)}` : '';
}

/** In whole seconds: a table is redrawn once in one. */
function countdown(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}
