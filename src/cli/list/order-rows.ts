/** Formats a list of orders: as a table, as CSV or as ids. */
import { isTerminal, type OrderStatus } from '../../../functions/contract/workflow.ts';
import type { OrderRow } from '../../orders/lookup/list.ts';
import { formatAge, formatLocalTime } from '../terminal/format-time.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import { formatCsv } from './csv.ts';
import { type ColumnName, formatFacts, listColumn } from './order-columns.ts';

export type ListFormat = 'table' | 'wide' | 'id' | 'csv';

export interface ListView {
  readonly format: ListFormat;
  readonly header: boolean;
  readonly stream: NodeJS.WriteStream;
  /** The columns that were asked for. Absent: the columns of the format. */
  readonly names?: readonly ColumnName[] | undefined;
  /** Maximum width of a table on a terminal. Absent: the width of the stream. */
  readonly columns?: number | undefined;
  /** Widths of the columns so far, which a redrawn table keeps. */
  readonly widths?: Map<string, number> | undefined;
  readonly now: number;
}

/** Returns the rows as text in the format of the view. */
export function formatOrders(rows: readonly OrderRow[], view: ListView): string {
  const { format, header, stream, names, widths, columns: maxWidth = stream.columns } = view;
  if (format === 'id') return rows.map(({ orderId }) => `${orderId}\n`).join('');
  if (format === 'csv') return formatOrdersCsv(rows, { names, header });
  if (!stream.isTTY) {
    const columns = (names ?? pipeColumns).map((name) => plainColumn(name, names !== undefined));
    return formatTable(rows, columns, { header, stream });
  }
  const width = format === 'wide' ? undefined : maxWidth;
  return formatTable(rows, terminalColumns(view), { header, width, widths, stream });
}

const csvColumns: readonly ColumnName[] = [
  'order',
  'status',
  'total',
  'customer',
  'created',
  'updated',
  'stage',
  'reason',
];
const pipeColumns: readonly ColumnName[] = [
  'order',
  'status',
  'total',
  'customer',
  'created',
  'updated',
  'note',
];

function formatOrdersCsv(
  rows: readonly OrderRow[],
  { names = csvColumns, header }: Pick<ListView, 'names' | 'header'>,
): string {
  const records = rows.map((row) => names.map((name) => listColumn(name).text(row)));
  return formatCsv(header ? [names, ...records] : records);
}

/** Returns a column for pipes. A column that was asked for is never left out, so that the fields of a line can be counted. */
function plainColumn(name: ColumnName, isNamed: boolean): Column<OrderRow> {
  const { text, layout: { align } = {} } = listColumn(name);
  const title = name === 'note' && !isNamed ? '' : name.toUpperCase();
  const shown = isNamed ? (row: OrderRow) => text(row) || '-' : text;
  return { title, text: shown, ...(align ? { align } : {}) };
}

/** Returns a column for a terminal. Only a redrawn table reserves widths: its columns do not move when rows come and go. */
function shownColumn(
  name: ColumnName,
  { now, widths }: ListView,
  more: Partial<Column<OrderRow>> = {},
): Column<OrderRow> {
  const { text, shown = text, layout = {} } = listColumn(name);
  const { width, ...fixed } = layout;
  return {
    title: name.toUpperCase(),
    text: (row) => shown(row, now),
    ...fixed,
    ...(widths && width !== undefined ? { width } : {}),
    ...more,
  };
}

/**
 * Returns the columns for a terminal: those that were asked for, or the columns of the format. The customer and the total stay longest
 * on a narrow terminal.
 */
function terminalColumns(view: ListView): Column<OrderRow>[] {
  const { names, format, now } = view;
  if (names) return names.map((name) => shownColumn(name, view));
  const common = (['order', 'status'] as const).map((name) => shownColumn(name, view));
  if (format === 'wide') {
    const more = ['total', 'customer', 'created', 'updated', 'stage'] as const;
    const note = shownColumn('note', view, { title: '' });
    return [...common, ...more.map((name) => shownColumn(name, view)), note];
  }
  return [
    ...common,
    shownColumn('total', view, { dropPriority: 2 }),
    shownColumn('customer', view, { dropPriority: 3 }),
    shownColumn('age', view, { dropPriority: 1 }),
    {
      title: 'UPDATED',
      text: ({ updatedAt }) => formatAge(now - Date.parse(updatedAt)),
      align: 'right',
      dropPriority: 5,
    },
    shownColumn('note', view, { title: '', dropPriority: 4 }),
  ];
}

/** Returns a row as `key=value` facts, for a list that is printed line by line. */
export function formatRowFacts(row: OrderRow): string {
  const { total, customerId, createdAt, updatedAt } = row;
  const columns = `total=${total.toFixed(2)} customer=${customerId} created=${createdAt} updated=${updatedAt}`;
  return `${columns} ${formatFacts(row)}`.trimEnd();
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
