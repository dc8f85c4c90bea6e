/** The live table of several orders: what was told of them, what a person does with keys, and what is on the screen. */
import { executionQuota, executionReads } from '../../orders/requests/rate-limiter.ts';
import type { Size } from '../../views/draw.ts';
import type { LiveOrder } from '../../views/live-order.tsx';
import type { TableFrame } from '../../views/live-table.tsx';
import type { Key } from '../../views/screen.tsx';
import { formatEnd, headerOf, type LiveTableView, rowsOf } from './live-table-rows.ts';
import { OrderNews } from './recent-events.ts';
import type { ShownEvent } from './shown-event.ts';
import { footerOf, helpHeight, type Place } from './table-footer.ts';
import { press, type Rows, type TableState, topOf, untouched } from './table-keys.ts';
import {
  arrange,
  countWatched,
  endingOf,
  standsStillMs,
  type WatchedOrder,
  withItem,
} from './watched-order.ts';

export interface LiveTableOptions {
  readonly ids: readonly string[];
  readonly stream: NodeJS.WriteStream;
  /** `local (time ×60)` */
  readonly label: string;
  readonly timeScale: number;
  /** Whether keys are read. */
  readonly hasKeys: boolean;
}

/** An order that stands still for so long in a step may be tried again: its history tells, ms. */
const lookCloserMs = 3000;

/** What an order in its workflow takes, the last line and a free one with it. */
const leastOpenRows = 10;
/** What it takes with all that there usually is to say; below that is told what happened. */
const usualOpenRows = 19;

/** So many orders are left on the screen when all have ended; else as many as it holds. */
const mostEnded = 100;

export class LiveTable {
  readonly #options: LiveTableOptions;
  readonly #orders: Map<string, WatchedOrder>;
  #state: TableState = untouched;
  #rows: Rows = { ids: [], room: 1 };
  #seenAt: number | undefined;
  #trouble: string | undefined;
  #turn = 0;
  readonly #news: OrderNews;

  constructor(options: LiveTableOptions) {
    this.#options = options;
    this.#news = new OrderNews(options.stream);
    this.#orders = new Map(options.ids.map((orderId) => [orderId, { orderId }]));
  }

  /** Takes what was told; whether that changes what is on the screen at once. */
  take(event: ShownEvent, now = Date.now()): boolean {
    this.#news.take(event);
    if (event.type === 'seen') this.#seenAt = now;
    else if (event.type === 'gap') this.#trouble = event.reason;
    else if (event.type === 'gap-end') this.#trouble = undefined;
    else if (event.type === 'join') this.#orders.set(event.orderId, { orderId: event.orderId });
    else return this.#takeNews(event);
    return event.type !== 'seen';
  }

  #takeNews(event: ShownEvent): boolean {
    const { timeScale } = this.#options;
    if (event.type === 'snapshot')
      return this.#change(event.orderId, (each) => withItem(each, event.order, timeScale));
    if (event.type === 'work')
      return this.#change(event.orderId, (each) => ({ ...each, work: event.work }));
    if (event.type === 'end' && 'orderId' in event)
      return this.#change(event.orderId, (each) => ({ ...each, end: event }));
    return false;
  }

  /** Takes a key; false where the person wants to look no longer. */
  press(key: Key): boolean {
    const next = press(this.#state, key, this.#rows);
    if (next) this.#state = next;
    return next !== undefined;
  }

  /** The order whose history is worth reading now: the open one, else those that stand still, each in its turn. */
  focus(now = Date.now()): string | undefined {
    const { open, selected } = this.#state;
    if (open) return selected;
    const still = [...this.#orders.values()].filter(
      (each) => endingOf(each) === 'running' && standsStillMs(each, now) >= lookCloserMs,
    );
    this.#turn += 1;
    return still[this.#turn % still.length]?.orderId;
  }

  frame({ columns, rows }: Size, now = Date.now()): TableFrame {
    const { filter, selected, open } = this.#state;
    const arranged = arrange(this.#orders.values(), { filter, now });
    const view = this.#view(columns, now);
    const header = headerOf(view);
    // Two rows of the screen stay free, one is the titles'.
    const most = rows - 3 - header.length;
    const helpRoom = open ? rows - leastOpenRows : most - 2;
    const help = Math.max(0, Math.min(helpHeight(this.#state, columns), helpRoom));
    const room = Math.max(1, most - 1 - help);
    this.#rows = { ids: arranged.map(({ orderId }) => orderId), room };
    const top = topOf(this.#state, this.#rows);
    this.#state = { ...this.#state, top };
    const visible = arranged.slice(top, top + room);
    const place = { from: top, to: top + visible.length, count: arranged.length, help };
    const below = this.#footer(columns, place);
    const order = open ? this.#orders.get(selected ?? '') : undefined;
    if (order) {
      const space = rows - usualOpenRows - below.length;
      return {
        above: [],
        order: this.#shown(order),
        happened: this.#news.latest(order.orderId, space),
        below,
      };
    }
    const none = filter ? `No order has "${filter}" in its id, customer or status.` : '';
    const above = visible.length > 0 ? rowsOf(visible, view) : [none];
    return { above: [...header, ...above], below };
  }

  /** What is left on the screen, each line with its end. */
  last({ columns, rows }: Size, now = Date.now()): string {
    const { stream, label } = this.#options;
    const all = [...this.#orders.values()];
    const isOver = all.every((each) => endingOf(each) !== 'running');
    const most = isOver ? mostEnded : Math.max(1, rows - 5);
    const lines = formatEnd(all, { stream, columns, label, now, most });
    return lines.map((line) => `${line}\n`).join('');
  }

  #view(columns: number, now: number): LiveTableView {
    const { stream, label } = this.#options;
    return {
      stream,
      columns,
      label,
      now,
      counts: countWatched(this.#orders.values()),
      selected: this.#state.selected,
      seenAt: this.#seenAt,
      trouble: this.#trouble,
    };
  }

  #footer(columns: number, place: Place): string[] {
    const { stream, hasKeys } = this.#options;
    const budget = `reads ${executionReads.perSecond().toFixed(1)}/${executionQuota} rps`;
    return footerOf({ state: this.#state, stream, columns, hasKeys, budget, ...place });
  }

  #shown({ orderId, order, work }: WatchedOrder): LiveOrder {
    return { orderId, status: order?.status ?? 'received', order, work, trouble: this.#trouble };
  }

  #change(orderId: string, change: (each: WatchedOrder) => WatchedOrder): boolean {
    const order = this.#orders.get(orderId);
    if (order) this.#orders.set(orderId, change(order));
    return order !== undefined;
  }
}
