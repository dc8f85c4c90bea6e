import { setImmediate } from 'node:timers/promises';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isDenied } from '../../aws/errors.ts';
import { latestRecordTime } from '../../environment/latest-record.ts';
import type { Stack } from '../../environment/stack.ts';
import type { ListedOrder } from '../tables/listing-table.ts';
import { readOrderBatches } from '../tables/orders-table.ts';
import { listNewestFirst } from './listing-index.ts';

/** The index may lack an order for a moment: newer ones may be listed before it (ms). */
const listedAgainMs = 10_000;
/** Maximum number of orders that are taken from the pages without a pause for other work. */
const maxUninterrupted = 500;

export interface RecentOrdersOptions<Field extends keyof OrderRecord> {
  /** Maximum number of orders; the newest are listed. */
  readonly limit: number;
  /** Fields of the items to read. */
  readonly fields: readonly (Field | 'updatedAt')[];
}

export interface RecentList {
  /** Newest first. */
  readonly orders: readonly ListedOrder[];
  /** Whether there are more orders than these. */
  readonly isTruncated: boolean;
}

/**
 * The orders created since a given time, with fields of their items. Each further read lists the index, which is small, and
 * fetches only the items that have changed, a hundred per request.
 */
export class RecentOrders<Field extends keyof OrderRecord> {
  readonly #stack: Stack;
  readonly #options: RecentOrdersOptions<Field>;
  #items = new Map<string, Pick<OrderRecord, Field | 'updatedAt'>>();
  #mayReadItems = true;
  /** End of the list (ms since the epoch). */
  #until = 0;

  constructor(stack: Stack, options: RecentOrdersOptions<Field>) {
    this.#stack = stack;
    this.#options = options;
  }

  /** Whether the items could be read; if not, only the fields of the index are known. */
  get hasItems(): boolean {
    return this.#mayReadItems;
  }

  /** The items that were read, by order id. An item that has not changed is the same object as before. */
  get items(): ReadonlyMap<string, Pick<OrderRecord, Field | 'updatedAt'>> {
    return this.#items;
  }

  /** Lists the orders created since a time (RFC 3339 UTC). */
  async list(since: string): Promise<RecentList> {
    const { limit } = this.#options;
    const orders: ListedOrder[] = [];
    // Never earlier than before: if the clock is set back, the orders so far are still listed.
    this.#until = Math.max(this.#until, latestRecordTime(this.#stack.target));
    const until = new Date(this.#until).toISOString();
    for await (const order of listNewestFirst(this.#stack, { since, until, pageSize: 1000 })) {
      if (orders.length === limit) return { orders, isTruncated: true };
      orders.push(order);
      // The rows of a page arrive at once. Keys are handled between two batches.
      if (orders.length % maxUninterrupted === 0) await setImmediate();
    }
    return { orders, isTruncated: false };
  }

  /** Adds the orders created since an earlier list to it. Of its orders, only the newest ones are listed again. */
  async listNew(known: RecentList): Promise<RecentList> {
    const [newest] = known.orders;
    if (!newest) return known;
    const since = new Date(Date.parse(newest.createdAt) - listedAgainMs).toISOString();
    const { orders, isTruncated } = await this.list(since);
    if (isTruncated) return { orders, isTruncated };
    const ids = new Set(orders.map(({ orderId }) => orderId));
    const all = [...orders, ...known.orders.filter(({ orderId }) => !ids.has(orderId))];
    const { limit } = this.#options;
    return { orders: all.slice(0, limit), isTruncated: known.isTruncated || all.length > limit };
  }

  /** Fetches the items of the listed orders that have changed, and drops the items of all other orders. */
  async readItems(listed: readonly ListedOrder[]): Promise<void> {
    const items = new Map<string, Pick<OrderRecord, Field | 'updatedAt'>>();
    const ids: string[] = [];
    for (const { orderId, updatedAt } of listed) {
      const item = this.#items.get(orderId);
      if (item) items.set(orderId, item);
      if (!item || item.updatedAt < updatedAt) ids.push(orderId);
    }
    this.#items = items;
    if (!this.#mayReadItems || ids.length === 0) return;
    try {
      const { fields } = this.#options;
      for await (const batch of readOrderBatches(this.#stack, { ids, fields })) {
        for (const [id, item] of batch.items) items.set(id, item);
      }
    } catch (error) {
      // A policy for observers allows to read the index, but no orders.
      if (!isDenied(error)) throw error;
      this.#mayReadItems = false;
    }
  }
}
