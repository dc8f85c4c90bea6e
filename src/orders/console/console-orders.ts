import { isTerminal, type ShownStatus } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { countBy } from '../../workflow/count-by.ts';
import type { WaitDurations } from '../../workflow/durations.ts';
import { type RecentList, RecentOrders } from '../lookup/recent-orders.ts';
import { type QuotaUse, readQuotas } from '../metrics/quotas.ts';
import type { ListedOrder } from '../tables/listing-table.ts';
import { BackgroundRead } from './background-read.ts';
import { type DeadLetterState, readDeadLetterState } from './dead-letter-state.ts';
import { OpenOrders } from './open-orders.ts';
import { OrderRates } from './order-rates.ts';
import {
  type Entry,
  findAttention,
  type RowRecord,
  rowFields,
  rowFromIndex,
  rowFromRecord,
  toEntry,
} from './order-row.ts';
import type { ConsoleOrder, ConsoleSnapshot } from './snapshot.ts';
import { sortOrders } from './sort-orders.ts';

/** Times between two reads (ms). A list of the open executions takes at least three requests. */
const openIntervalMs = 5000;
const deadLettersIntervalMs = 10_000;
const quotasIntervalMs = 30_000;

export interface ConsoleOrdersOptions {
  readonly maxOrders: number;
  /** Returns the lengths of the waits in the stack (ms, wall time). */
  readonly waits: () => WaitDurations;
}

export interface Moment {
  /** ms since the epoch. */
  readonly now: number;
  /** No order made progress before this time, because its runtime was down (ms since the epoch). */
  readonly progressSince: number;
}

/** The orders of a stack: orders of a time window, and older orders that are running. */
export class ConsoleOrders {
  readonly #options: ConsoleOrdersOptions;
  readonly #timeScale: number;
  readonly #recent: RecentOrders<(typeof rowFields)[number]>;
  readonly #rates = new OrderRates();
  readonly #open: OpenOrders;
  readonly #openRead: BackgroundRead<void>;
  readonly #deadLetters: BackgroundRead<DeadLetterState | undefined>;
  readonly #quotas: BackgroundRead<readonly QuotaUse[]>;
  #since = '';
  #list: RecentList = { orders: [], isTruncated: false };
  /** Monotonic time of the last list of all orders (ms). */
  #listedAt = Number.NEGATIVE_INFINITY;
  /** Orders of the window, by id, newest first. */
  #entries = new Map<string, Entry>();
  /** The orders outside the window that are in `#sorted`. */
  #sortedOthers: OpenOrders['others'] = new Map();
  #sorted: readonly ConsoleOrder[] = [];
  /** Whether orders were added, removed or replaced since they were sorted. */
  #isChanged = true;

  constructor(stack: Stack, options: ConsoleOrdersOptions) {
    this.#options = options;
    this.#timeScale = stack.target.timeScale;
    this.#recent = new RecentOrders(stack, { limit: options.maxOrders, fields: rowFields });
    this.#open = new OpenOrders(stack, {
      since: () => this.#since,
      has: (id) => this.#entries.has(id),
      toEntry: (record) => this.#toEntry(record),
    });
    this.#openRead = new BackgroundRead({
      intervalMs: openIntervalMs,
      read: () => this.#open.read(),
    });
    this.#deadLetters = new BackgroundRead({
      intervalMs: deadLettersIntervalMs,
      read: () => readDeadLetterState(stack, this.#deadLetters.value),
    });
    this.#quotas = new BackgroundRead({
      intervalMs: quotasIntervalMs,
      read: () => readQuotas(stack, this.#busiestSecond()),
    });
  }

  /** Number of orders, those outside the window included. */
  get count(): number {
    return this.#entries.size + this.#open.others.size;
  }

  /**
   * Lists the orders created since a time (RFC 3339 UTC): all of them if that did not happen within `fullIntervalMs`, else the new
   * ones.
   */
  async list(since: string, fullIntervalMs: number): Promise<void> {
    const now = performance.now();
    if (now - this.#listedAt < fullIntervalMs) {
      this.#list = await this.#recent.listNew(this.#list);
    } else {
      this.#list = await this.#recent.list(since);
      this.#listedAt = now;
      this.#since = since;
    }
    if (this.#entries.size === 0) this.#update(this.#list.orders);
  }

  /** Reads the items of the listed orders that have changed. */
  async readItems(): Promise<void> {
    const { orders } = this.#list;
    await this.#recent.readItems(orders);
    this.#update(orders);
  }

  /** Starts the other reads that are due. Returns the permanent errors of earlier ones. */
  startBackgroundReads(): readonly unknown[] {
    const reads = [this.#openRead, this.#deadLetters, this.#quotas];
    const errors = reads.map((read) => read.takeError()).filter((error) => error !== undefined);
    for (const read of reads) read.start();
    return errors;
  }

  /** Makes everything be read again at the next poll. */
  expire(): void {
    this.#listedAt = Number.NEGATIVE_INFINITY;
    this.#openRead.expire();
    this.#deadLetters.expire();
    this.#quotas.expire();
  }

  /** Returns the current orders and figures. */
  snapshot(moment: Moment): Omit<ConsoleSnapshot, 'readAt' | 'gapReason'> {
    const { others } = this.#open;
    const outside = [...others].flatMap(([id, entry]) => (this.#entries.has(id) ? [] : [entry]));
    const entries = [...this.#entries.values(), ...outside];
    this.#updateShown(entries, moment);
    if (this.#isChanged || others !== this.#sortedOthers) {
      this.#sorted = sortOrders(entries.map(({ shown }) => shown));
    }
    this.#isChanged = false;
    this.#sortedOthers = others;
    const rows = entries.map(({ row }) => row);
    return {
      orders: this.#sorted,
      since: this.#since,
      isTruncated: this.#list.isTruncated,
      deadLetters: this.#deadLetters.value?.count,
      rates: this.#rates.count(rows, moment.now),
      quotas: this.#quotas.value ?? [],
    };
  }

  /** Replaces the orders that need another attention or pause than is shown. */
  #updateShown(entries: readonly Entry[], moment: Moment): void {
    const deadLetters = this.#deadLetters.value?.orderIds;
    const retries = findRetries(entries);
    for (const entry of entries) {
      const { row, shown } = entry;
      const { orderId, status } = row.order;
      const isPaused = !isTerminal(status) && this.#open.isPaused(orderId);
      const attention = findAttention(row, {
        ...moment,
        isPaused,
        hasDeadLetter: deadLetters?.has(orderId) ?? false,
        retryStatus: retries.get(orderId)?.status,
      });
      if (shown.attention === attention && (shown.isPaused ?? false) === isPaused) continue;
      this.#isChanged = true;
      entry.shown = {
        ...row.order,
        ...(attention ? { attention } : {}),
        ...(isPaused ? { isPaused } : {}),
      };
    }
  }

  /** Replaces the entries of the window by the orders of a list, and keeps entries that have not changed. */
  #update(listed: readonly ListedOrder[]): void {
    const entries = new Map<string, Entry>();
    for (const order of listed) {
      const record = this.#recent.items.get(order.orderId);
      const known = this.#entries.get(order.orderId);
      const isSame =
        known?.record === record && (record || known?.row.order.updatedAt === order.updatedAt);
      if (known && isSame) entries.set(order.orderId, known);
      else {
        this.#isChanged = true;
        entries.set(order.orderId, record ? this.#toEntry(record) : toEntry(rowFromIndex(order)));
      }
    }
    for (const [id, entry] of this.#entries) {
      if (entries.has(id)) continue;
      this.#isChanged = true;
      if (!isTerminal(entry.row.order.status)) this.#open.keep(entry);
    }
    this.#entries = entries;
  }

  #toEntry(record: RowRecord): Entry {
    const options = { waits: this.#options.waits(), timeScale: this.#timeScale };
    return toEntry(rowFromRecord(record, options), record);
  }

  #busiestSecond(): number {
    const toSecond = ({ row }: Entry) => row.order.createdAt.slice(0, 19);
    return Math.max(0, ...countBy([...this.#entries.values()], toSecond).values());
  }
}

/** Returns the newest retry of each retried order, by the id of the original. */
function findRetries(
  entries: readonly Entry[],
): ReadonlyMap<string, { readonly status: ShownStatus; readonly createdAt: string }> {
  const retries = new Map<string, ConsoleOrder>();
  for (const { row } of entries) {
    if (row.retryOf === undefined) continue;
    const other = retries.get(row.retryOf);
    if (!other || other.createdAt < row.order.createdAt) retries.set(row.retryOf, row.order);
  }
  return retries;
}
