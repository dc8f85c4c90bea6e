/** The columns of a list of orders: how each is shown, written to a file and sorted. */
import { stages } from '../../../functions/contract/workflow.ts';
import type { OrderRow } from '../../orders/lookup/list.ts';
import { formatMoney } from '../../workflow/money.ts';
import { statusStyle } from '../../workflow/status-style.ts';
import { formatProviderWait } from '../terminal/format-provider-wait.ts';
import { formatAge, formatDuration } from '../terminal/format-time.ts';
import type { Column } from '../terminal/table.ts';
import { orderStatuses } from './order-statuses.ts';

export interface ListColumn {
  /** The text for pipes and files: times are RFC 3339 UTC, amounts are plain decimals. */
  readonly text: (row: OrderRow) => string;
  /** The text for people, if it differs. `now` is in ms since the epoch. */
  readonly shown?: (row: OrderRow, now: number) => string;
  /** How a table lays out the column. */
  readonly layout?: Omit<Column<OrderRow>, 'title' | 'text'>;
  /** The fields of an order in JSON and YAML that the column selects. */
  readonly fields: readonly (keyof OrderRow)[];
  /** The value to sort by, if it is not the text. */
  readonly sortBy?: (row: OrderRow) => string | number | undefined;
}

const age = (time: string, now: number) => formatAge(now - Date.parse(time));
const stageOf = (row: OrderRow) => row.stage ?? row.failure?.stage;
const stageIds: readonly string[] = stages.map(({ id }) => id);
const position = (list: readonly string[], item: string | undefined) =>
  item === undefined ? undefined : list.indexOf(item);

export const listColumns = {
  order: {
    text: ({ orderId }) => orderId,
    layout: { minWidth: 16, width: 16, wantedWidth: 36 },
    fields: ['orderId'],
  },
  status: {
    text: (row) => row.status,
    layout: { width: 18, style: (row) => statusStyle(row.status) },
    fields: ['status'],
    sortBy: (row) => position(orderStatuses, row.status),
  },
  total: {
    text: (row) => row.total.toFixed(2),
    shown: (row) => formatMoney(row.total),
    layout: { align: 'right', width: 9 },
    fields: ['total'],
    sortBy: (row) => row.total,
  },
  customer: {
    text: ({ customerId }) => customerId,
    layout: { minWidth: 12, width: 8, wantedWidth: 20 },
    fields: ['customerId'],
  },
  age: {
    text: ({ createdAt }) => age(createdAt, Date.now()),
    shown: ({ createdAt }, now) => age(createdAt, now),
    layout: { align: 'right', width: 3 },
    fields: ['createdAt'],
    sortBy: ({ createdAt }) => -Date.parse(createdAt),
  },
  created: { text: ({ createdAt }) => createdAt, fields: ['createdAt'] },
  updated: { text: ({ updatedAt }) => updatedAt, fields: ['updatedAt'] },
  stage: {
    text: (row) => stageOf(row) ?? '',
    layout: { minWidth: 12 },
    fields: ['stage'],
    sortBy: (row) => position(stageIds, stageOf(row)),
  },
  reason: {
    text: ({ failure }) => failure?.message ?? '',
    layout: { minWidth: 16, yields: true },
    fields: ['failure'],
  },
  note: {
    text: formatFacts,
    shown: formatNote,
    layout: { minWidth: 16, width: 16, yields: true },
    fields: ['execution', 'stage', 'resumesAt', 'reviewDueAt', 'waitingFor', 'failure', 'warnings'],
  },
  email: {
    text: ({ customerEmail = '' }) => customerEmail,
    layout: { minWidth: 12, wantedWidth: 30 },
    fields: ['customerEmail'],
  },
  phone: { text: ({ customerPhone = '' }) => customerPhone, fields: ['customerPhone'] },
} satisfies Readonly<Record<string, ListColumn>>;

export type ColumnName = keyof typeof listColumns;
export const columnNames = Object.keys(listColumns) as ColumnName[];

/** Returns the definition of a column. */
export const listColumn = (name: ColumnName): ListColumn => listColumns[name];

/** Returns what happens next to an order, or why nothing does: its failure, warnings or wait. */
function formatNote(row: OrderRow, now: number): string {
  const { execution, stage, resumesAt, reviewDueAt, waitingFor, failure, warnings } = row;
  if (execution) return [execution.toLowerCase(), stage].filter(Boolean).join(' at ');
  if (failure) return failure.message;
  if (warnings) return warnings.map((warning) => `${warning.stage}: ${warning.message}`).join('; ');
  if (waitingFor) return formatProviderWait(waitingFor, now);
  if (reviewDueAt !== undefined) {
    const left = Date.parse(reviewDueAt) - now;
    return left > 0 ? `rejected in ${formatDuration(left)} without a decision` : 'review overdue';
  }
  if (resumesAt === undefined) return stage ?? '';
  const left = Date.parse(resumesAt) - now;
  return left > 0 ? `resumes in ${formatDuration(left)}` : 'resumes now';
}

/** Returns the note of an order as `key=value` facts. */
export function formatFacts(row: OrderRow): string {
  const { execution, stage, resumesAt, reviewDueAt, waitingFor, failure, warnings = [] } = row;
  const parts = [
    ...(execution ? [`execution=${execution}`] : []),
    ...(failure ? [`stage=${failure.stage}`, `code=${failure.code}`] : []),
    ...(failure ? [`message=${JSON.stringify(failure.message)}`] : []),
    ...(stage ? [`stage=${stage}`] : []),
    ...(waitingFor ? [`waiting_for=${waitingFor.provider}`] : []),
    ...(waitingFor ? [`attempt=${waitingFor.attempt}`, `next=${waitingFor.nextAt}`] : []),
    ...(resumesAt ? [`resumes=${resumesAt}`] : []),
    ...(reviewDueAt ? [`review_due=${reviewDueAt}`] : []),
    ...warnings.map((warning) => {
      return `warning=${JSON.stringify(`${warning.stage}: ${warning.message}`)}`;
    }),
  ];
  return parts.join(' ');
}
