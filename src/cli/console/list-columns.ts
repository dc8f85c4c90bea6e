/** The columns of the console's list: how each is shown and sorted. */
import { isTerminal, stages } from '../../../functions/contract/workflow.ts';
import type { AttentionReason, ConsoleOrder } from '../../orders/console/snapshot.ts';
import { formatMoney } from '../../workflow/money.ts';
import { statusStyle } from '../../workflow/status-style.ts';
import { formatShortProviderWait } from '../terminal/format-provider-wait.ts';
import { formatAge, formatDuration } from '../terminal/format-time.ts';
import type { TextStyle } from '../terminal/output-guard.ts';
import type { Column } from '../terminal/table.ts';

export interface ListColumn {
  readonly title: string;
  /** `now` is in ms since the epoch. */
  readonly text: (order: ConsoleOrder, now: number) => string;
  readonly layout: Omit<Column<ConsoleOrder>, 'title' | 'text' | 'style'>;
  readonly style?: (order: ConsoleOrder) => TextStyle | undefined;
  /** The value to sort by, if it is not the text. */
  readonly sortBy?: (order: ConsoleOrder) => string | number;
}

const stageIds: readonly string[] = stages.map(({ id }) => id);
const stageOf = ({ waitingFor, failure, stage }: ConsoleOrder) =>
  waitingFor?.stage ?? failure?.stage ?? stage ?? '';

const columns = {
  order: {
    title: 'ORDER',
    text: ({ orderId }) => orderId,
    layout: { width: 16, minWidth: 16, wantedWidth: 24 },
  },
  customer: {
    title: 'CUSTOMER',
    text: ({ customerId }) => customerId,
    layout: { width: 10, minWidth: 10, wantedWidth: 20, dropPriority: 2 },
  },
  total: {
    title: 'TOTAL',
    text: ({ total }) => formatMoney(total / 100),
    layout: { align: 'right', width: 9, dropPriority: 3 },
    sortBy: ({ total }) => total,
  },
  status: {
    title: 'STATUS',
    text: ({ status, isPaused }) => (isPaused ? 'paused' : status),
    layout: { width: 18, minWidth: 15 },
    style: orderStyle,
  },
  stage: {
    title: 'STAGE',
    text: (order) => {
      const { waitingFor } = order;
      return waitingFor ? `${waitingFor.stage} ×${waitingFor.attempt}` : stageOf(order);
    },
    layout: { width: 23, minWidth: 15, dropPriority: 5 },
    sortBy: (order) => stageIds.indexOf(stageOf(order)),
  },
  age: {
    title: 'AGE',
    text: ({ createdAt }, now) => formatAge(now - Date.parse(createdAt)),
    layout: { align: 'right', width: 3, dropPriority: 4 },
    sortBy: ({ createdAt }) => -Date.parse(createdAt),
  },
  updated: {
    title: 'UPDATED',
    text: ({ updatedAt }, now) => `${formatAge(now - Date.parse(updatedAt))} ago`,
    layout: { align: 'right', width: 8, dropPriority: 6 },
    sortBy: ({ updatedAt }) => -Date.parse(updatedAt),
  },
  note: {
    title: 'NOTE',
    text: formatNote,
    layout: { width: 40, minWidth: 20, dropPriority: 1, yields: true },
  },
} as const satisfies Readonly<Record<string, ListColumn>>;

export type ColumnName = keyof typeof columns;
export const columnNames = Object.keys(columns) as ColumnName[];
export const isColumnName = (name: string): name is ColumnName => Object.hasOwn(columns, name);

/** Returns the definition of a column. */
export const listColumn = (name: ColumnName): ListColumn => columns[name];

/** The columns of a list whose columns the user has not chosen. */
export const defaultColumns: readonly ColumnName[] = columnNames.filter(
  (name) => name !== 'updated',
);

const signs: Readonly<Record<AttentionReason, string>> = {
  stuck: '!',
  review: '?',
  'dead-letter': '!',
  flagged: '!',
  waiting: '↻',
  failed: '✗',
};

/** Returns the sign in front of an order: why it needs attention, or its state. */
export function orderSign({ attention, status, isPaused }: ConsoleOrder): string {
  if (attention) return signs[attention];
  if (isPaused) return '‖';
  if (status === 'completed') return '✓';
  if (status === 'cancelled') return '↶';
  return isTerminal(status) ? '✗' : '◔';
}

/** Returns the color of an order: failed and stuck red, waiting for a person or a provider yellow, else that of its status. */
export function orderStyle({ attention, status, isPaused }: ConsoleOrder): TextStyle {
  if (attention === 'stuck' || status === 'failed') return 'red';
  return attention || isPaused ? 'yellow' : statusStyle(status);
}

/** Returns what happens next to an order, or why nothing does. */
function formatNote(order: ConsoleOrder, now: number): string {
  const { attention, failure, warnings = [], waitingFor, reviewDueAt, resumesAt } = order;
  const prefix = attention === 'dead-letter' ? 'dead letter' : '';
  const notes = [prefix, failure?.message ?? '', ...warnings.map(formatWarning)].filter(Boolean);
  if (notes.length > 0) return notes.join('; ');
  if (waitingFor) return formatShortProviderWait(waitingFor, now);
  if (reviewDueAt !== undefined) return `${formatLeft(reviewDueAt, now)} to decide`;
  if (attention === 'stuck') return `no change for ${formatAge(now - Date.parse(order.updatedAt))}`;
  if (attention === 'flagged') return 'the records contradict each other';
  return resumesAt === undefined ? '' : `${formatLeft(resumesAt, now)} left`;
}

const formatWarning = ({ stage, message }: { readonly stage: string; readonly message: string }) =>
  `${stage}: ${message}`;

/** Formats the time left in whole seconds, because the list is redrawn once per second. */
function formatLeft(at: string, now: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(at) - now) / 1000));
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}
