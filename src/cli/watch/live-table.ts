/** The live table of several orders: applies events and keys, and returns the lines to draw. */
import { executionQuota, executionReadLimiter } from '../../orders/requests/rate-limiter.ts';
import { isPauseEvent } from '../../orders/watch/pause-events.ts';
import type { Size } from '../../views/draw.ts';
import type { LiveOrder } from '../../views/live-order.tsx';
import type { TableFrame } from '../../views/live-table.tsx';
import type { Key } from '../../views/screen.tsx';
import {
  formatFinalTable,
  formatHeader,
  formatRows,
  type LiveTableView,
} from './live-table-rows.ts';
import { RecentEvents } from './recent-events.ts';
import type { ShownEvent } from './shown-event.ts';
import { formatFooter, helpHeight, type TablePosition } from './table-footer.ts';
import {
  handleKey,
  initialTableState,
  scrollOffset,
  type TableState,
  type VisibleRows,
} from './table-keys.ts';
import {
  currentEnding,
  formatCounts,
  idleMs,
  sortByAttention,
  toShownStatus,
  type WatchedOrder,
  withOrderRecord,
} from './watched-order.ts';

export interface LiveTableOptions {
  readonly ids: readonly string[];
  readonly stream: NodeJS.WriteStream;
  /** Label of the target, for example `local (time ×60)`. */
  readonly label: string;
  readonly timeScale: number;
  /** Whether the terminal's keys can be read. */
  readonly hasKeys: boolean;
}

/** An order that is idle in a step for this long may be retrying, which only its history shows (ms). */
const historyReadIdleMs = 3000;

/** Minimum height of an opened order, with the footer and a free row. */
const minOpenRows = 10;
/** Usual height of an opened order. Recent events are shown in the rows below it. */
const typicalOpenRows = 19;

/** Maximum number of orders that stay on the screen after all have ended. */
const maxEndedRows = 100;

export class LiveTable {
  readonly #options: LiveTableOptions;
  readonly #orders: Map<string, WatchedOrder>;
  #state: TableState = initialTableState;
  #rows: VisibleRows = { ids: [], pageSize: 1 };
  #refreshedAt: number | undefined;
  #gapReason: string | undefined;
  #focusTurn = 0;
  readonly #recentEvents: RecentEvents;

  constructor(options: LiveTableOptions) {
    this.#options = options;
    this.#recentEvents = new RecentEvents(options.stream);
    this.#orders = new Map(options.ids.map((orderId) => [orderId, { orderId }]));
  }

  /** Applies an event. Returns whether the screen must be redrawn at once. */
  apply(event: ShownEvent, now = Date.now()): boolean {
    this.#recentEvents.add(event);
    if (event.type === 'polled') this.#refreshedAt = now;
    else if (event.type === 'gap') this.#gapReason = event.reason;
    else if (event.type === 'gap-end') this.#gapReason = undefined;
    else if (event.type === 'join') this.#orders.set(event.orderId, { orderId: event.orderId });
    else return this.#applyOrderEvent(event);
    return event.type !== 'polled';
  }

  #applyOrderEvent(event: ShownEvent): boolean {
    const { timeScale } = this.#options;
    if (event.type === 'snapshot')
      return this.#update(event.orderId, (watched) =>
        withOrderRecord(watched, event.order, timeScale),
      );
    if (event.type === 'activity')
      return this.#update(event.orderId, (watched) => ({ ...watched, activity: event.activity }));
    if (event.type === 'execution' || isPauseEvent(event))
      return this.#update(event.orderId, (watched) => ({ ...watched, ...toShownStatus(event) }));
    if (event.type === 'end' && 'orderId' in event)
      return this.#update(event.orderId, (watched) => ({ ...watched, end: event }));
    return false;
  }

  /** Applies a key. Returns false if the user wants to stop watching. */
  handleKey(key: Key): boolean {
    const next = handleKey(this.#state, key, this.#rows);
    if (next) this.#state = next;
    return next !== undefined;
  }

  /** Returns the order whose history to read next: the opened order, else the idle orders in turn. */
  focusedOrder(now = Date.now()): string | undefined {
    const { open, selected } = this.#state;
    if (open) return selected;
    const idle = [...this.#orders.values()].filter(
      (watched) =>
        currentEnding(watched) === 'running' && idleMs(watched, now) >= historyReadIdleMs,
    );
    this.#focusTurn += 1;
    return idle[this.#focusTurn % idle.length]?.orderId;
  }

  /** Returns the lines to draw: the table, or the opened order. */
  frame({ columns, rows }: Size, now = Date.now()): TableFrame {
    const { filter, selected, open } = this.#state;
    const sorted = sortByAttention(this.#orders.values(), { filter, now });
    const view = this.#view(columns, now);
    const header = formatHeader(view);
    // Two rows of the screen stay free, and the column titles take one.
    const maxTableRows = rows - 3 - header.length;
    const maxHelpRows = open ? rows - minOpenRows : maxTableRows - 2;
    const helpRows = Math.max(0, Math.min(helpHeight(this.#state, columns), maxHelpRows));
    const pageSize = Math.max(1, maxTableRows - 1 - helpRows);
    this.#rows = { ids: sorted.map(({ orderId }) => orderId), pageSize };
    const top = scrollOffset(this.#state, this.#rows);
    this.#state = { ...this.#state, top };
    const visible = sorted.slice(top, top + pageSize);
    const position = { from: top, to: top + visible.length, count: sorted.length, helpRows };
    const below = this.#footer(columns, position);
    const order = open ? this.#orders.get(selected ?? '') : undefined;
    if (order) {
      const maxEvents = rows - typicalOpenRows - below.length;
      return {
        above: [],
        order: this.#toLiveOrder(order),
        recentEvents: this.#recentEvents.latest(order.orderId, maxEvents),
        below,
      };
    }
    const none = filter ? `No order matches "${filter}" by id, customer or status.` : '';
    const above = visible.length > 0 ? formatRows(visible, view) : [none];
    return { above: [...header, ...above], below };
  }

  /** Returns the text that stays on the screen after the watch, each line with a newline. */
  finalText({ columns, rows }: Size, now = Date.now()): string {
    const { stream, label } = this.#options;
    const all = [...this.#orders.values()];
    const allEnded = all.every((watched) => currentEnding(watched) !== 'running');
    const maxRows = allEnded ? maxEndedRows : Math.max(1, rows - 5);
    const lines = formatFinalTable(all, { stream, columns, label, now, maxRows });
    return lines.map((line) => `${line}\n`).join('');
  }

  #view(columns: number, now: number): LiveTableView {
    const { stream, label } = this.#options;
    return {
      stream,
      columns,
      label,
      now,
      counts: formatCounts(this.#orders.values()),
      selected: this.#state.selected,
      refreshedAt: this.#refreshedAt,
      gapReason: this.#gapReason,
    };
  }

  #footer(columns: number, position: TablePosition): string[] {
    const { stream, hasKeys } = this.#options;
    const quotaUse = `reads ${executionReadLimiter.recentRate().toFixed(1)}/${executionQuota} rps`;
    return formatFooter({ state: this.#state, stream, columns, hasKeys, quotaUse, ...position });
  }

  #toLiveOrder({ orderId, order, activity, pause, executionStatus }: WatchedOrder): LiveOrder {
    return {
      orderId,
      status: order?.status ?? 'received',
      order,
      pause,
      executionStatus,
      work: activity,
      gapReason: this.#gapReason,
    };
  }

  #update(orderId: string, change: (watched: WatchedOrder) => WatchedOrder): boolean {
    const order = this.#orders.get(orderId);
    if (order) this.#orders.set(orderId, change(order));
    return order !== undefined;
  }
}
