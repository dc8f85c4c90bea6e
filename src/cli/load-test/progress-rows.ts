/** Rows of the live view of a load test: one per order, or one per status. */
import { statuses } from '../../../functions/contract/workflow.ts';
import type { ObservedOrder } from '../../orders/load-test/observed-orders.ts';
import { shownStatus } from '../../orders/load-test/progress-figures.ts';
import { formatMoney } from '../../workflow/money.ts';
import { statusStyle } from '../../workflow/status-style.ts';
import { currentWaitEnd } from '../../workflow/waits.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import type { ProgressViewOptions } from './view-options.ts';

/** Maximum number of orders that the final view lists individually. */
export const maxFinalRows = 20;

/** All displayed statuses, in workflow order. */
export const displayedStatuses = [
  'waiting',
  'received',
  ...statuses,
  'awaiting-review',
  'failed',
  'cancelled',
  'refused',
];

export const formatOrderRows = (orders: readonly ObservedOrder[], view: ProgressViewOptions) => {
  const { columns: width = 80, stream } = view;
  const text = formatTable(orders, orderColumns(view), { header: false, width, stream });
  return text.trimEnd().split('\n');
};

export const formatStatusCounts = (
  orders: readonly ObservedOrder[],
  { columns: width = 80, stream }: ProgressViewOptions,
) => {
  const columns = statusCountColumns(orders.length, width);
  return formatTable(countByStatus(orders), columns, { header: false, width, stream })
    .trimEnd()
    .split('\n');
};

function orderColumns({ now, timeScale }: ProgressViewOptions): readonly Column<ObservedOrder>[] {
  return [
    {
      title: '',
      text: (order) => statusMark(shownStatus(order)),
      style: (order) => statusStyle(shownStatus(order)),
    },
    { title: '', text: ({ orderId }) => orderId, minWidth: 16 },
    { title: '', text: ({ sample }) => sample, dropPriority: 3 },
    { title: '', text: ({ total }) => formatMoney(total), align: 'right', dropPriority: 4 },
    { title: '', text: shownStatus, style: (order) => statusStyle(shownStatus(order)) },
    { title: '', text: (order) => formatOrderAge(order, now), align: 'right', dropPriority: 1 },
    {
      title: '',
      text: (order) => formatNote(order, { now, timeScale }),
      minWidth: 8,
      dropPriority: 2,
    },
  ];
}

function statusMark(status: string): string {
  if (status === 'waiting') return '·';
  if (status === 'completed') return '✓';
  return ['failed', 'cancelled', 'refused'].includes(status) ? '✗' : '◔';
}

function formatOrderAge({ submittedAt, endedMs }: ObservedOrder, now: number): string {
  if (submittedAt === undefined) return '';
  return formatDuration(endedMs ?? now - submittedAt);
}

function formatNote(
  { record, error }: ObservedOrder,
  { now, timeScale }: Pick<ProgressViewOptions, 'now' | 'timeScale'>,
): string {
  if (error) return `${error.name}: ${error.message}`;
  if (record?.failure) return `${record.failure.stage}: ${record.failure.message}`;
  const { status, total, transitions } = record ?? {};
  if (!status || total === undefined || !transitions) return '';
  const ends = currentWaitEnd({ status, total, transitions }, timeScale);
  if (ends === undefined) return '';
  return ends > now ? `${formatDuration(ends - now)} left` : 'due';
}

interface StatusCount {
  readonly status: string;
  readonly count: number;
  /** Failure codes with their counts; empty without failures. */
  readonly note: string;
}

/** Returns the number of orders in each status, in workflow order. */
function countByStatus(orders: readonly ObservedOrder[]): StatusCount[] {
  return displayedStatuses.flatMap((status) => {
    const matching = orders.filter((order) => shownStatus(order) === status);
    if (matching.length === 0) return [];
    const reasons = new Map<string, number>();
    for (const { record, error } of matching) {
      const why = record?.failure?.code ?? error?.name;
      if (why) reasons.set(why, (reasons.get(why) ?? 0) + 1);
    }
    const note = [...reasons].map(([why, n]) => `${why} ${n}`).join(', ');
    return [{ status, count: matching.length, note }];
  });
}

function statusCountColumns(all: number, width: number): readonly Column<StatusCount>[] {
  const room = Math.max(5, Math.min(30, width - 45));
  return [
    {
      title: '',
      text: ({ status }) => statusMark(status),
      style: ({ status }) => statusStyle(status),
    },
    { title: '', text: ({ status }) => status, style: ({ status }) => statusStyle(status) },
    { title: '', text: ({ count }) => String(count), align: 'right' },
    {
      title: '',
      text: ({ count }) => '█'.repeat(Math.ceil((count / all) * room)),
      dropPriority: 2,
    },
    { title: '', text: ({ note }) => note, minWidth: 12, dropPriority: 1 },
  ];
}
