/** A list of orders as text: a table, CSV, or bare ids; and what is said about it beside the data. */
import { isEnd, type OrderStatus } from '../../../functions/contract/workflow.ts';
import type { OrderRow } from '../../orders/lookup/list.ts';
import { formatAge, formatDuration, localClock } from '../terminal/format-time.ts';
import { type Column, formatTable } from '../terminal/table.ts';

export type ListFormat = 'table' | 'wide' | 'id' | 'csv';

export interface ListView {
  readonly format: ListFormat;
  readonly header: boolean;
  readonly stream: NodeJS.WriteStream;
  /** What a line of a table for people may take; the stream's own width when absent. */
  readonly columns?: number | undefined;
  readonly now: number;
}

/** The rows in the format asked for. */
export function formatOrders(rows: readonly OrderRow[], view: ListView): string {
  const { format, header, stream, columns: room = stream.columns } = view;
  if (format === 'id') return rows.map(({ orderId }) => `${orderId}\n`).join('');
  if (format === 'csv') return formatCsv(rows, header);
  if (!stream.isTTY) return formatTable(rows, factColumns, { header, stream });
  const columns = format === 'wide' ? wideColumns(view.now) : peopleColumns(view.now);
  const width = format === 'wide' ? undefined : room;
  return formatTable(rows, columns, { header, width, stream });
}

const identity: Column<OrderRow> = { title: 'ORDER', text: ({ orderId }) => orderId, least: 16 };
const status: Column<OrderRow> = {
  title: 'STATUS',
  text: (row) => row.status,
  style: (row) => statusStyle(row.status),
};
const total: Column<OrderRow> = {
  title: 'TOTAL',
  text: (row) => row.total.toFixed(2),
  align: 'right',
  leave: 2,
};
const customer: Column<OrderRow> = {
  title: 'CUSTOMER',
  text: ({ customerId }) => customerId,
  least: 8,
  leave: 3,
};

/** For a person at a terminal; the times are ages. */
const peopleColumns = (now: number): Column<OrderRow>[] => [
  identity,
  status,
  total,
  customer,
  { title: 'AGE', text: ({ createdAt }) => age(createdAt, now), align: 'right', leave: 1 },
  { title: 'UPDATED', text: ({ updatedAt }) => age(updatedAt, now), align: 'right', leave: 5 },
  { title: '', text: (row) => note(row, now), least: 16, leave: 4 },
];

const wideColumns = (now: number): Column<OrderRow>[] => [
  identity,
  status,
  total,
  customer,
  { title: 'CREATED', text: ({ createdAt }) => createdAt },
  { title: 'UPDATED', text: ({ updatedAt }) => updatedAt },
  { title: 'STAGE', text: (row) => row.stage ?? row.failure?.stage ?? '' },
  { title: '', text: (row) => note(row, now) },
];

/** For pipes: times as they are, and facts as key=value. */
const factColumns: readonly Column<OrderRow>[] = [
  identity,
  status,
  total,
  customer,
  { title: 'CREATED', text: ({ createdAt }) => createdAt },
  { title: 'UPDATED', text: ({ updatedAt }) => updatedAt },
  { title: '', text: facts },
];

/** The colour of a status. */
export function statusStyle(shown: string): 'green' | 'red' | 'yellow' | 'cyan' {
  if (shown === 'completed') return 'green';
  if (shown === 'cancelled') return 'yellow';
  return shown === 'failed' ? 'red' : 'cyan';
}

const age = (time: string, now: number) => formatAge(now - Date.parse(time));

/** What comes next for an order, or why nothing does. */
function note({ stage, resumesAt, failure, warnings }: OrderRow, now: number): string {
  if (failure) return failure.message;
  if (warnings) return warnings.map((each) => `${each.stage}: ${each.message}`).join('; ');
  if (resumesAt === undefined) return stage ?? '';
  const left = Date.parse(resumesAt) - now;
  return left > 0 ? `resumes in ${formatDuration(left)}` : 'resumes now';
}

/** A row's facts as key=value, for a line of its own. */
export function rowFacts(row: OrderRow): string {
  const { total, customerId, createdAt, updatedAt } = row;
  const own = `total=${total.toFixed(2)} customer=${customerId} created=${createdAt} updated=${updatedAt}`;
  return `${own} ${facts(row)}`.trimEnd();
}

function facts({ stage, resumesAt, failure, warnings = [] }: OrderRow): string {
  const told = [
    ...(failure ? [`stage=${failure.stage}`, `code=${failure.code}`] : []),
    ...(failure ? [`message=${JSON.stringify(failure.message)}`] : []),
    ...(stage ? [`stage=${stage}`] : []),
    ...(resumesAt ? [`resumes=${resumesAt}`] : []),
    ...warnings.map((each) => `warning=${JSON.stringify(`${each.stage}: ${each.message}`)}`),
  ];
  return told.join(' ');
}

const csvFields = ['order', 'status', 'total', 'customer', 'created', 'updated', 'stage', 'reason'];

/** RFC 4180: CRLF, and quotes around what holds a comma, a quote or a line break. */
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

const csvField = (text: string) =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** How many orders of what kind, and since when: `3 orders · 1 running · 2 completed · since 07:12`. */
export function countOrders(statuses: readonly OrderStatus[], since: string): string {
  const ends = ['completed', 'failed', 'cancelled'] as const;
  const counts = [
    [statuses.filter((each) => !isEnd(each)).length, 'running'] as const,
    ...ends.map((end) => [statuses.filter((each) => each === end).length, end] as const),
  ];
  const orders = `${statuses.length} ${statuses.length === 1 ? 'order' : 'orders'}`;
  const parts = counts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []));
  return [orders, ...parts, `since ${localClock(since)}`].join(' · ');
}
