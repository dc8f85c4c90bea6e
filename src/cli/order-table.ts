/** Several watched orders as a table that fits the terminal. */
import type { OrderRecord } from '../../functions/contract/api.ts';
import { isEnd } from '../../functions/contract/workflow.ts';
import type { EndEvent, Ending } from '../orders/events.ts';
import { activeStage, progressOf } from '../workflow/progress.ts';
import { waitEndsAt } from '../workflow/waits.ts';
import { formatAge, formatDuration } from './duration.ts';
import { statusStyle } from './order-list.ts';
import { type Column, clip, formatTable, printable } from './table.ts';
import { dim } from './terminal.ts';

export interface WatchedOrder {
  readonly orderId: string;
  /** Absent while its item is not written. */
  readonly order?: OrderRecord;
  readonly end?: EndEvent;
}

export interface WatchedView {
  readonly stream: NodeJS.WriteStream;
  readonly columns?: number;
  /** Terminal rows that may be taken; absent for all that is needed. */
  readonly rows?: number;
  readonly label: string;
  readonly timeScale: number;
  readonly trouble: string | undefined;
  readonly now: number;
}

/** A line with the counts, a row an order, and how to stop; without `rows`, what remains on screen. */
export function formatWatched(watched: readonly WatchedOrder[], view: WatchedView): string[] {
  const { stream, columns: width = 80, rows, label, trouble } = view;
  const notes = [
    ...(trouble ? [`not visible right now: ${printable(trouble)}`] : []),
    ...(rows === undefined ? [] : ['ctrl-c stops looking; the orders go on']),
  ].map((text) => clip(text, width));
  const room = rows === undefined ? watched.length : Math.max(1, rows - notes.length - 4);
  const shown = choose(watched, room);
  const hidden = watched.length - shown.length;
  const table = formatTable(shown, columnsOf(view), { header: true, width, stream }).trimEnd();
  return [
    clip(`${countWatched(watched)} · ${label}`, width),
    ...table.split('\n'),
    ...(hidden > 0 ? [dim(clip(`… ${hidden} more`, width), stream)] : []),
    ...notes.map((text) => dim(text, stream)),
  ];
}

/** Those that are still on their way, where there is no room for all; in their order. */
function choose(watched: readonly WatchedOrder[], room: number): readonly WatchedOrder[] {
  if (watched.length <= room) return watched;
  const open = watched.filter((each) => !isOver(each));
  const over = watched.filter(isOver);
  const chosen = new Set([...open, ...over.reverse()].slice(0, room));
  return watched.filter((each) => chosen.has(each));
}

/** Whether it has ended: not whether somebody still looks. */
const isOver = (each: WatchedOrder) => endingOf(each) !== 'running';

function countWatched(watched: readonly WatchedOrder[]): string {
  const counts = new Map<string, number>();
  for (const each of watched) {
    const what = endingOf(each);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `${count} ${what}`).join(' · ');
}

function endingOf({ order, end }: WatchedOrder): Ending | 'running' {
  if (order && isEnd(order.status)) return order.status;
  const left = end === undefined || end.ending === 'detached' || end.ending === 'timeout';
  return left ? 'running' : end.ending;
}

function columnsOf({ now, timeScale }: WatchedView): readonly Column<WatchedOrder>[] {
  return [
    { title: ' ', text: markOf, style: (each) => statusStyle(endingOf(each)) },
    { title: 'ORDER', text: ({ orderId }) => orderId, least: 16 },
    {
      title: 'TOTAL',
      text: ({ order }) => order?.total.toFixed(2) ?? '',
      align: 'right',
      leave: 3,
    },
    {
      title: 'STATUS',
      text: ({ order }) => order?.status ?? 'received',
      style: (each) => statusStyle(endingOf(each)),
    },
    { title: 'STEP', text: stepOf, leave: 4 },
    { title: 'AGE', text: (each) => ageOf(each, now), align: 'right', leave: 1 },
    { title: 'NEXT', text: (each) => nextOf(each, { now, timeScale }), least: 8, leave: 2 },
  ];
}

function markOf(each: WatchedOrder): string {
  const ending = endingOf(each);
  return ending === 'completed' ? '✓' : ending === 'running' ? '◔' : '✗';
}

function stepOf({ order }: WatchedOrder): string {
  if (order?.failure) return order.failure.stage;
  return activeStage(progressOf(order))?.id ?? '';
}

function ageOf({ order }: WatchedOrder, now: number): string {
  if (!order) return '';
  const last = isEnd(order.status) ? order.transitions.at(-1)?.at : undefined;
  return formatAge((last ? Date.parse(last) : now) - Date.parse(order.createdAt));
}

function nextOf(
  { order, end }: WatchedOrder,
  { now, timeScale }: { readonly now: number; readonly timeScale: number },
): string {
  if (order?.failure) return order.failure.message;
  if (end?.error) return end.error;
  const ends = order && waitEndsAt(order, timeScale);
  if (ends === undefined) return '';
  return ends > now ? formatDuration(ends - now) : 'due';
}
