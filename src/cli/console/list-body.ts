/** The list as a part of the screen: its visible rows, or why there are none. */
import type { ConsoleSnapshot } from '../../orders/console/snapshot.ts';
import { dim } from '../terminal/terminal.ts';
import { type ConsoleState, selectedId } from './console-state.ts';
import { formatList } from './list-pane.ts';
import type { OrderList } from './listed-orders.ts';
import { scrollOffset } from './moves.ts';
import { wrapText } from './panes/pane-lines.ts';

export interface ListSpace {
  readonly columns: number;
  /** Number of lines, with the titles of the columns. */
  readonly rows: number;
  readonly stream: NodeJS.WriteStream;
  /** Command that submits an order, shown while there is none. */
  readonly submitCommand: string;
  /** ms since the epoch. */
  readonly now: number;
}

/** Draws the list. Remembers the widths of its columns, so that they do not move from frame to frame. */
export class ListBody {
  #layout = '';
  #widths = new Map<string, number>();

  /** Returns the lines, the index of the first visible row, and the visible part as text: `1-17 of 500 · /failed`. */
  render(
    state: ConsoleState,
    {
      snapshot,
      list,
    }: { readonly snapshot: ConsoleSnapshot | undefined; readonly list: OrderList },
    space: ListSpace,
  ) {
    const { columns, rows, stream, now } = space;
    const { marked, sort, filter } = state;
    const { orders, ids } = list;
    const cursor = selectedId(state, list);
    const at = cursor === undefined ? -1 : ids.indexOf(cursor);
    const pageSize = Math.max(1, rows - 1);
    const top = scrollOffset(state, { at, count: orders.length, pageSize });
    const visible = orders.slice(top, top + pageSize);
    const widths = this.#columnWidths(state, columns);
    const table = { orders: visible, cursor, marked, columnNames: state.columns, sort, widths };
    const lines =
      visible.length > 0
        ? formatList({ ...table, stream, columns, now })
        : formatEmptyList(filter, snapshot, space);
    const isWhole = visible.length === orders.length;
    const count = isWhole ? '' : `${top + 1}-${top + visible.length} of ${orders.length}`;
    const parts = [
      count || (filter ? String(orders.length) : ''),
      filter && `/${filter}`,
      marked.size > 0 ? `${marked.size} marked` : '',
      sort ? `by ${sort.column}` : '',
    ];
    return { lines, position: parts.filter(Boolean).join(' · '), top };
  }

  /** The widths so far belong to these columns on a screen of this width. */
  #columnWidths({ columns: names }: ConsoleState, width: number): Map<string, number> {
    const layout = `${width} ${names.join(',')}`;
    if (layout !== this.#layout) this.#widths = new Map();
    this.#layout = layout;
    return this.#widths;
  }
}

function formatEmptyList(
  filter: string,
  snapshot: ConsoleSnapshot | undefined,
  { columns, stream, submitCommand }: ListSpace,
): string[] {
  if (!snapshot) return [dim('Reading the orders…', stream)];
  if (filter) return wrapText(`No order matches "${filter}". Esc shows all orders.`, columns);
  return [
    ...wrapText('There are no orders yet. Submit one in another terminal:', columns),
    `  ${submitCommand}`,
  ];
}
