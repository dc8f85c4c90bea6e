/** The rows of the live table, and of the table that stays on the screen after the watch. */
import { stripVTControlCharacters } from 'node:util';
import { formatMoney } from '../../workflow/money.ts';
import { statusStyle } from '../../workflow/status-style.ts';
import { formatShortProviderWait } from '../terminal/format-provider-wait.ts';
import { formatAge, formatDuration } from '../terminal/format-time.ts';
import { applyStyle } from '../terminal/output-guard.ts';
import { type Column, clip, formatTable, printable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import {
  attentionReason,
  currentEnding,
  formatCounts,
  idleMs,
  sortByAttention,
  type WatchedOrder,
} from './watched-order.ts';

export interface TableView {
  readonly stream: NodeJS.WriteStream;
  readonly columns: number;
  readonly label: string;
  readonly now: number;
}

export interface LiveTableView extends TableView {
  /** Numbers of orders by outcome, hidden orders included. */
  readonly counts: string;
  readonly selected: string | undefined;
  /** Time of the last successful poll (ms since the epoch). */
  readonly refreshedAt: number | undefined;
  /** Reason why polling fails at the moment. */
  readonly gapReason: string | undefined;
}

/** Returns the lines above the rows: the counts, the target and the age of the data, and why polling fails if it does. */
export function formatHeader(view: LiveTableView): string[] {
  const { columns, stream, refreshedAt, now, label, counts, gapReason } = view;
  const age = refreshedAt === undefined ? '' : `refreshed ${formatAge(now - refreshedAt)} ago`;
  const lines = [fitParts([counts, label, age], columns)];
  const gap = gapReason && clip(`not visible right now: ${printable(gapReason)}`, columns);
  return gap ? [...lines, applyStyle('yellow', gap, stream)] : lines;
}

/** Joins the parts to one line. Omits parts from the end if the line is too long. */
function fitParts(parts: readonly string[], columns: number): string {
  const fitting = parts.filter(Boolean);
  while (fitting.length > 1 && fitting.join(' · ').length > columns) fitting.pop();
  return clip(fitting.join(' · '), columns);
}

/** Narrower screens have one space between two columns, so that the last one is readable. */
const minRoomyColumns = 100;

/** Returns the line with the column titles and one line per order. */
export function formatRows(rows: readonly WatchedOrder[], view: LiveTableView): string[] {
  const { stream, columns: width, selected } = view;
  const gap = width < minRoomyColumns ? 1 : 2;
  const table = formatTable(rows, buildColumns(view), { header: true, width, gap, stream });
  const lines = table.trimEnd().split('\n');
  return lines.map((line, index) => {
    const isSelected = index > 0 && rows[index - 1]?.orderId === selected;
    // Inverse yellow cannot be read on a light screen.
    return isSelected ? applyStyle('inverse', stripVTControlCharacters(line), stream) : line;
  });
}

/** Returns the lines that stay on the screen: at most `maxRows` orders, sorted by attention, and the number of other orders. */
export function formatFinalTable(
  all: readonly WatchedOrder[],
  view: TableView & { readonly maxRows: number },
): string[] {
  const { stream, columns, label, now, maxRows } = view;
  if (all.length === 0) return [];
  const sorted = sortByAttention(all, { filter: '', now });
  const more = sorted.length - maxRows;
  const table = {
    ...view,
    counts: '',
    selected: undefined,
    refreshedAt: undefined,
    gapReason: undefined,
  };
  return [
    clip(`${formatCounts(all)} · ${label}`, columns),
    ...formatRows(sorted.slice(0, maxRows), table),
    ...(more > 0 ? [dim(clip(`… ${more} more: orders list`, columns), stream)] : []),
  ];
}

function buildColumns({ now, selected }: LiveTableView): readonly Column<WatchedOrder>[] {
  const style = (watched: WatchedOrder) => rowStyle(watched, now);
  return [
    {
      title: '',
      text: (watched) => (watched.orderId === selected ? '>' : rowMark(watched, now)),
      width: 1,
      style,
    },
    { title: 'ORDER', text: ({ orderId }) => orderId, minWidth: 16, width: 16 },
    {
      title: 'CUSTOMER',
      text: ({ order }) => order?.customerId ?? '',
      width: 8,
      minWidth: 8,
      dropPriority: 2,
    },
    {
      title: 'TOTAL',
      text: ({ order }) => (order ? formatMoney(order.total) : ''),
      align: 'right',
      width: 9,
      dropPriority: 3,
    },
    { title: 'STATUS', text: shownStatus, width: 18, style },
    { title: 'STEP', text: formatStep, minWidth: 15, width: 23, dropPriority: 5 },
    {
      title: 'AGE',
      text: (watched) => formatOrderAge(watched, now),
      align: 'right',
      width: 3,
      dropPriority: 4,
    },
    {
      title: 'NEXT',
      text: (watched) => formatNext(watched, now),
      minWidth: 20,
      width: 40,
      dropPriority: 1,
      yields: true,
    },
  ];
}

function shownStatus(watched: WatchedOrder): string {
  const ending = currentEnding(watched);
  const isOpen = ending === 'running' || ending === 'reached';
  // The item may not show that an order's execution was stopped from outside.
  return isOpen ? (watched.order?.status ?? 'received') : ending;
}

function rowStyle(watched: WatchedOrder, now: number): ReturnType<typeof statusStyle> {
  const reason = attentionReason(watched, now);
  if (reason === 'completed' || reason === 'cancelled') return statusStyle(reason);
  if (reason === 'running') return 'cyan';
  return reason === 'failed' || reason === 'stuck' ? 'red' : 'yellow';
}

const marks = {
  stuck: '!',
  review: '?',
  paused: '‖',
  retrying: '↻',
  idle: '!',
  failed: '✗',
  running: '◔',
  cancelled: '↶',
  completed: '✓',
} as const;

const rowMark = (watched: WatchedOrder, now: number) => marks[attentionReason(watched, now)];

function formatStep({ order, stage, activity, waitingFor }: WatchedOrder): string {
  if (waitingFor) return `${waitingFor.stage} ×${waitingFor.attempt}`;
  if (order?.failure) return order.failure.stage;
  const step = activity?.retry?.step ?? stage?.id ?? '';
  return activity?.retry ? `${step} ×${activity.retry.attempt}` : step;
}

function formatOrderAge(watched: WatchedOrder, now: number): string {
  const { order } = watched;
  if (!order) return '';
  const last = currentEnding(watched) === 'running' ? undefined : order.transitions.at(-1)?.at;
  return formatAge((last ? Date.parse(last) : now) - Date.parse(order.createdAt));
}

/** Minimum idle time of an order that is shown (ms). */
const minShownIdleMs = 10_000;

/** Returns what happens next to an order, or why nothing does: its failure, warnings, retry, wait or idle time. */
function formatNext(watched: WatchedOrder, now: number): string {
  const { order, end, activity, resumesAt } = watched;
  if (order?.failure) return order.failure.message;
  if (end?.error) return end.error;
  if (order?.warnings?.length) {
    return order.warnings.map(({ stage, message }) => `${stage}: ${message}`).join('; ');
  }
  if (currentEnding(watched) !== 'running') return '';
  if (watched.pause) return formatPause(watched.pause, now);
  if (watched.executionStatus) return `execution is ${watched.executionStatus}`;
  if (activity?.stuck) return `${activity.stuck.invocations} invocations, no checkpoint`;
  if (watched.waitingFor) return formatShortProviderWait(watched.waitingFor, now);
  if (activity?.retry) {
    const { at, attempt, error } = activity.retry;
    const why = error.message || error.type;
    return `attempt ${attempt}${at > now ? ` in ${formatCountdown(at - now)}` : ''}: ${why}`;
  }
  if (resumesAt !== undefined) {
    const left = resumesAt > now ? formatCountdown(resumesAt - now) : 'due';
    return order?.status === 'awaiting-review' ? `${left} to decide` : left;
  }
  if (order?.undos?.length) return 'undoing';
  if (order?.cancelRequested) return 'cancellation requested';
  const idle = idleMs(watched, now);
  return idle >= minShownIdleMs ? `no change for ${formatAge(idle)}` : '';
}

function formatPause({ ts, reason }: NonNullable<WatchedOrder['pause']>, now: number): string {
  return `paused ${formatAge(now - Date.parse(ts))}${reason ? `: ${reason}` : ''}`;
}

/** Formats the time left in whole seconds, because the table is redrawn once per second. */
function formatCountdown(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}
