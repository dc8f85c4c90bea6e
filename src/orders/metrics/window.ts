import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isDenied } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { listNewestFirst } from '../lookup/listing-index.ts';
import type { ListedOrder } from '../tables/listing-table.ts';
import { readOrders } from '../tables/orders-table.ts';
import type { CountedOrder } from './figures.ts';

/** Maximum number of orders in the figures; the newest are used, and the output says so. */
export const maxOrders = 10_000;
/** Maximum difference between the clocks of this machine and of AWS (ms). */
const maxClockSkewMs = 300_000;
const fields = [
  'orderId',
  'status',
  'updatedAt',
  'transitions',
  'failure',
  'waitingFor',
  'waitingSince',
] as const;

type Item = Pick<OrderRecord, (typeof fields)[number]>;

export interface OrderWindowSnapshot {
  readonly orders: readonly CountedOrder[];
  /** Whether the window contains more orders than these. */
  readonly isTruncated: boolean;
  /** Whether the items could be read; if not, all fields come from the index. */
  readonly hasItems: boolean;
}

/**
 * Reads the orders created since a given time. Each further read lists the index, which is small, and fetches only
 * the items that have changed, a hundred per request.
 */
export class OrderWindow {
  readonly #stack: Stack;
  #items = new Map<string, Item>();
  #mayReadItems = true;
  readonly #maxOrders: number;

  constructor(stack: Stack, limit = maxOrders) {
    this.#stack = stack;
    this.#maxOrders = limit;
  }

  /** Returns the orders created since a time (RFC 3339 UTC), newest first. */
  async read(since: string): Promise<OrderWindowSnapshot> {
    const listed: ListedOrder[] = [];
    const until = new Date(Date.now() + maxClockSkewMs).toISOString();
    let isTruncated = false;
    for await (const order of listNewestFirst(this.#stack, {
      since,
      until,
      pageSize: 1000,
    })) {
      isTruncated = listed.length === this.#maxOrders;
      if (isTruncated) break;
      listed.push(order);
    }
    await this.#refreshItems(listed);
    const orders = listed.map(({ orderId, status, createdAt, updatedAt }) => {
      const item = this.#items.get(orderId);
      return { orderId, createdAt, ...(item ?? { status, updatedAt }) };
    });
    return { orders, isTruncated, hasItems: this.#mayReadItems };
  }

  /** Fetches the items that have changed, and removes those outside the window. */
  async #refreshItems(listed: readonly ListedOrder[]): Promise<void> {
    const current = listed.flatMap(({ orderId }) => this.#items.get(orderId) ?? []);
    this.#items = new Map(current.map((item) => [item.orderId, item]));
    const ids = listed
      .filter(({ orderId, updatedAt }) => (this.#items.get(orderId)?.updatedAt ?? '') < updatedAt)
      .map(({ orderId }) => orderId);
    if (!this.#mayReadItems || ids.length === 0) return;
    try {
      const items = await readOrders(this.#stack, { ids, fields });
      for (const [id, item] of items) this.#items.set(id, item);
    } catch (error) {
      // A policy for observers allows to read the index, but no orders.
      if (!isDenied(error)) throw error;
      this.#mayReadItems = false;
    }
  }
}
