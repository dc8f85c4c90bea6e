/** The orders of a load test one by one, or counted by status, as rows of a terminal. */
import { statuses } from '../../../functions/contract/workflow.ts';
import type { ObservedOrder } from '../../orders/load-test/observed-orders.ts';
import { shownStatus } from '../../orders/load-test/progress-figures.ts';
import { waitEndsAt } from '../../workflow/waits.ts';
import { statusStyle } from '../list/order-rows.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import type { ProgressView } from './view-options.ts';

/** So many orders are left on screen one by one. */
export const mostRemaining = 20;

/** Every status that is shown, in the order of the workflow. */
export const inOrder = [
  'waiting',
  'received',
  ...statuses,
  'awaiting-review',
  'failed',
  'cancelled',
  'refused',
];

export const rowsOf = (orders: readonly ObservedOrder[], view: ProgressView) => {
  const { columns: width = 80, stream } = view;
  const text = formatTable(orders, columnsOf(view), { header: false, width, stream });
  return text.trimEnd().split('\n');
};

export const tallyRows = (
  orders: readonly ObservedOrder[],
  { columns: width = 80, stream }: ProgressView,
) => {
  const columns = tallyColumns(orders.length, width);
  return formatTable(tally(orders), columns, { header: false, width, stream })
    .trimEnd()
    .split('\n');
};

function columnsOf({ now, timeScale }: ProgressView): readonly Column<ObservedOrder>[] {
  return [
    {
      title: '',
      text: (order) => markOf(shownStatus(order)),
      style: (order) => statusStyle(shownStatus(order)),
    },
    { title: '', text: ({ orderId }) => orderId, least: 16 },
    { title: '', text: ({ sample }) => sample, leave: 3 },
    { title: '', text: ({ total }) => total.toFixed(2), align: 'right', leave: 4 },
    { title: '', text: shownStatus, style: (order) => statusStyle(shownStatus(order)) },
    { title: '', text: (order) => ageOf(order, now), align: 'right', leave: 1 },
    { title: '', text: (order) => noteOf(order, { now, timeScale }), least: 8, leave: 2 },
  ];
}

function markOf(status: string): string {
  if (status === 'waiting') return '·';
  if (status === 'completed') return '✓';
  return ['failed', 'cancelled', 'refused'].includes(status) ? '✗' : '◔';
}

function ageOf({ submittedAt, endedMs }: ObservedOrder, now: number): string {
  if (submittedAt === undefined) return '';
  return formatDuration(endedMs ?? now - submittedAt);
}

function noteOf(
  { record, error }: ObservedOrder,
  { now, timeScale }: Pick<ProgressView, 'now' | 'timeScale'>,
): string {
  if (error) return `${error.name}: ${error.message}`;
  if (record?.failure) return `${record.failure.stage}: ${record.failure.message}`;
  const { status, total, transitions } = record ?? {};
  if (!status || total === undefined || !transitions) return '';
  const ends = waitEndsAt({ status, total, transitions }, timeScale);
  if (ends === undefined) return '';
  return ends > now ? `${formatDuration(ends - now)} left` : 'due';
}

interface Tally {
  readonly status: string;
  readonly count: number;
  /** Why, of orders that failed. */
  readonly note: string;
}

/** How many orders are in which status, in the order of the workflow. */
function tally(orders: readonly ObservedOrder[]): Tally[] {
  return inOrder.flatMap((status) => {
    const those = orders.filter((each) => shownStatus(each) === status);
    if (those.length === 0) return [];
    const reasons = new Map<string, number>();
    for (const { record, error } of those) {
      const why = record?.failure?.code ?? error?.name;
      if (why) reasons.set(why, (reasons.get(why) ?? 0) + 1);
    }
    const note = [...reasons].map(([why, n]) => `${why} ${n}`).join(', ');
    return [{ status, count: those.length, note }];
  });
}

function tallyColumns(all: number, width: number): readonly Column<Tally>[] {
  const room = Math.max(5, Math.min(30, width - 45));
  return [
    {
      title: '',
      text: ({ status }) => markOf(status),
      style: ({ status }) => statusStyle(status),
    },
    { title: '', text: ({ status }) => status, style: ({ status }) => statusStyle(status) },
    { title: '', text: (each) => String(each.count), align: 'right' },
    { title: '', text: (each) => '█'.repeat(Math.ceil((each.count / all) * room)), leave: 2 },
    { title: '', text: ({ note }) => note, least: 12, leave: 1 },
  ];
}
