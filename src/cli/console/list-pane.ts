/** The rows of the console's list. */
import { stripVTControlCharacters } from 'node:util';
import type { ConsoleOrder } from '../../orders/console/snapshot.ts';
import { applyStyle } from '../terminal/output-guard.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import {
  type ColumnName,
  defaultColumns,
  listColumn,
  orderSign,
  orderStyle,
} from './list-columns.ts';
import type { ListSort } from './order-filter.ts';
import { padLine } from './styled-line.ts';

export interface ListInput {
  /** The visible rows. */
  readonly orders: readonly ConsoleOrder[];
  readonly cursor: string | undefined;
  readonly marked: ReadonlySet<string>;
  readonly columnNames: readonly ColumnName[];
  readonly sort: ListSort | undefined;
  /** Widths of the columns so far: they only widen, so that the list does not move from frame to frame. */
  readonly widths: Map<string, number>;
  readonly stream: NodeJS.WriteStream;
  readonly columns: number;
  /** ms since the epoch. */
  readonly now: number;
}

/** Narrower screens have one space between two columns, so that the note is readable. */
const minRoomyColumns = 100;
/** Narrower screens show the stage only if it is requested: the note says more about an order. */
const minStageColumns = 140;

/**
 * Returns the line with the column titles and one line per order. The row of the cursor has the whole width, and no
 * other styles: inverse yellow cannot be read on a light screen.
 */
export function formatList(input: ListInput): string[] {
  const { orders, cursor, stream, columns: width, widths } = input;
  const gap = width < minRoomyColumns ? 1 : 2;
  const options = { header: true, width, widths, gap, stream };
  const table = formatTable(orders, buildColumns(input), options);
  const [titles = '', ...rows] = table.trimEnd().split('\n');
  return [
    titles,
    ...rows.map((line, index) =>
      orders[index]?.orderId === cursor
        ? applyStyle('inverse', padLine(stripVTControlCharacters(line), width), stream)
        : line,
    ),
  ];
}

function buildColumns({
  cursor,
  marked,
  columnNames,
  sort,
  columns: width,
  now,
}: ListInput): Column<ConsoleOrder>[] {
  const signs: Column<ConsoleOrder> = {
    title: '',
    text: (order) => {
      const isMarked = marked.has(order.orderId);
      return `${order.orderId === cursor ? '>' : ' '}${isMarked ? '●' : ' '}${orderSign(order)}`;
    },
    width: 3,
    style: (order) => (marked.has(order.orderId) ? 'bold' : orderStyle(order)),
  };
  const isUsual = columnNames === defaultColumns;
  const shownNames = columnNames.filter(
    (name) => name !== 'stage' || !isUsual || width >= minStageColumns,
  );
  const columns = shownNames.map((name): Column<ConsoleOrder> => {
    const { title, text, style, layout } = listColumn(name);
    const arrow = sort?.column === name ? (sort.isDescending ? '↓' : '↑') : '';
    return {
      ...layout,
      title: title + arrow,
      text: (order) => text(order, now),
      ...(style && { style }),
    };
  });
  return [signs, ...columns];
}
