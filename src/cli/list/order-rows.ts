/** Formats a list of orders: as a table, as CSV or as ids. */
import { isTerminal, type OrderStatus } from '../../../functions/contract/workflow.ts';
import type { OrderRow } from '../../orders/lookup/list.ts';
import { formatMoney } from '../../workflow/money.ts';
import { formatAge, formatDuration, formatLocalTime } from '../terminal/format-time.ts';
import { type Column, formatTable, printable } from '../terminal/table.ts';

export type ListFormat = 'table' | 'wide' | 'id' | 'csv';

export interface ListView {
  readonly format: ListFormat;
  readonly header: boolean;
  readonly stream: NodeJS.WriteStream;
  /** Maximum width of a table on a terminal. Absent: the width of the stream. */
  readonly columns?: number | undefined;
  readonly now: number;
}

/** Returns the rows as text in the format of the view. */
export function formatOrders(rows: readonly OrderRow[], view: ListView): string {
  const { format, header, stream, columns: maxWidth = stream.columns } = view;
  if (format === 'id') return rows.map(({ orderId }) => `${orderId}\n`).join('');
  if (format === 'csv') return formatCsv(rows, header);
  if (!stream.isTTY) return formatTable(rows, pipeColumns, { header, stream });
  const columns = format === 'wide' ? wideColumns(view.now) : terminalColumns(view.now);
  const width = format === 'wide' ? undefined : maxWidth;
  return formatTable(rows, columns, { header, width, stream });
}

const identity: Column<OrderRow> = { title: 'ORDER', text: ({ orderId }) => orderId, minWidth: 16 };
const status: Column<OrderRow> = {
  title: 'STATUS',
  text: (row) => row.status,
  style: (row) => statusStyle(row.status),
};
const total: Column<OrderRow> = {
  title: 'TOTAL',
  text: (row) => formatMoney(row.total),
  align: 'right',
  dropPriority: 2,
};
const plainTotal: Column<OrderRow> = { ...total, text: (row) => row.total.toFixed(2) };
const customer: Column<OrderRow> = {
  title: 'CUSTOMER',
  text: ({ customerId }) => customerId,
  minWidth: 8,
  dropPriority: 3,
};

/** Columns for a terminal, with ages instead of times. */
const terminalColumns = (now: number): Column<OrderRow>[] => [
  identity,
  status,
  total,
  customer,
  { title: 'AGE', text: ({ createdAt }) => age(createdAt, now), align: 'right', dropPriority: 1 },
  {
    title: 'UPDATED',
    text: ({ updatedAt }) => age(updatedAt, now),
    align: 'right',
    dropPriority: 5,
  },
  { title: '', text: (row) => formatNote(row, now), minWidth: 16, dropPriority: 4 },
];

const wideColumns = (now: number): Column<OrderRow>[] => [
  identity,
  status,
  total,
  customer,
  { title: 'CREATED', text: ({ createdAt }) => createdAt },
  { title: 'UPDATED', text: ({ updatedAt }) => updatedAt },
  { title: 'STAGE', text: (row) => row.stage ?? row.failure?.stage ?? '' },
  { title: '', text: (row) => formatNote(row, now) },
];

/** Columns for pipes, with plain numbers, RFC 3339 times and `key=value` facts. */
const pipeColumns: readonly Column<OrderRow>[] = [
  identity,
  status,
  plainTotal,
  customer,
  { title: 'CREATED', text: ({ createdAt }) => createdAt },
  { title: 'UPDATED', text: ({ updatedAt }) => updatedAt },
  { title: '', text: formatFacts },
];

/** Returns the color of a status. */
export function statusStyle(shownStatus: string): 'green' | 'red' | 'yellow' | 'cyan' {
  if (shownStatus === 'completed') return 'green';
  if (shownStatus === 'cancelled') return 'yellow';
  return shownStatus === 'failed' ? 'red' : 'cyan';
}

const age = (time: string, now: number) => formatAge(now - Date.parse(time));

/** Returns what happens next to an order, or why nothing does: its failure, warnings or wait. */
function formatNote(row: OrderRow, now: number): string {
  const { execution, stage, resumesAt, reviewDueAt, failure, warnings } = row;
  if (execution) return [execution.toLowerCase(), stage].filter(Boolean).join(' at ');
  if (failure) return failure.message;
  if (warnings) return warnings.map((warning) => `${warning.stage}: ${warning.message}`).join('; ');
  if (reviewDueAt !== undefined) {
    const left = Date.parse(reviewDueAt) - now;
    return left > 0 ? `rejected in ${formatDuration(left)} without a decision` : 'review overdue';
  }
  if (resumesAt === undefined) return stage ?? '';
  const left = Date.parse(resumesAt) - now;
  return left > 0 ? `resumes in ${formatDuration(left)}` : 'resumes now';
}

/** Returns a row as `key=value` facts, for a list that is printed line by line. */
export function formatRowFacts(row: OrderRow): string {
  const { total, customerId, createdAt, updatedAt } = row;
  const columns = `total=${total.toFixed(2)} customer=${customerId} created=${createdAt} updated=${updatedAt}`;
  return `${columns} ${formatFacts(row)}`.trimEnd();
}

function formatFacts(row: OrderRow): string {
  const { execution, stage, resumesAt, reviewDueAt, failure, warnings = [] } = row;
  const parts = [
    ...(execution ? [`execution=${execution}`] : []),
    ...(failure ? [`stage=${failure.stage}`, `code=${failure.code}`] : []),
    ...(failure ? [`message=${JSON.stringify(failure.message)}`] : []),
    ...(stage ? [`stage=${stage}`] : []),
    ...(resumesAt ? [`resumes=${resumesAt}`] : []),
    ...(reviewDueAt ? [`review_due=${reviewDueAt}`] : []),
    ...warnings.map((warning) => {
      return `warning=${JSON.stringify(`${warning.stage}: ${warning.message}`)}`;
    }),
  ];
  return parts.join(' ');
}

const csvFields = ['order', 'status', 'total', 'customer', 'created', 'updated', 'stage', 'reason'];

/** Returns CSV per RFC 4180: lines end with CRLF, fields with a comma or quote are quoted. */
function formatCsv(rows: readonly OrderRow[], header: boolean): string {
  const records = rows.map((row) => [
    row.orderId,
    row.status,
    row.total.toFixed(2),
    row.customerId,
    row.createdAt,
    row.updatedAt,
    row.failure?.stage ?? row.stage ?? '',
    row.failure?.message ?? '',
  ]);
  const all = header ? [csvFields, ...records] : records;
  return all.map((record) => `${record.map(csvField).join(',')}\r\n`).join('');
}

/** Text that a spreadsheet would execute as a formula. Numbers are not among it. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/**
 * Returns a field without control sequences, which a terminal would execute. A formula gets an apostrophe, with which spreadsheets mark
 * text. https://owasp.org/www-community/attacks/CSV_Injection
 */
function csvField(text: string): string {
  const safe = printable(text);
  const isNumber = /^-?\d+(\.\d+)?$/.test(safe);
  const cell = formula.test(safe) && !isNumber ? `'${safe}` : safe;
  return /[",;]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Returns the numbers of orders by outcome: `3 orders · 1 running · 2 completed · since 07:12`. */
export function formatOrderCounts(statuses: readonly OrderStatus[], since: string): string {
  const ends = ['completed', 'failed', 'cancelled'] as const;
  const counts = [
    [statuses.filter((status) => !isTerminal(status)).length, 'running'] as const,
    ...ends.map((end) => [statuses.filter((status) => status === end).length, end] as const),
  ];
  const orders = `${statuses.length} ${statuses.length === 1 ? 'order' : 'orders'}`;
  const parts = counts.flatMap(([count, outcome]) => (count > 0 ? [`${count} ${outcome}`] : []));
  return [orders, ...parts, `since ${formatLocalTime(since)}`].join(' · ');
}
