import type { Stack } from '../../environment/stack.ts';
import { RecentOrders } from '../lookup/recent-orders.ts';
import type { CountedOrder } from './figures.ts';

/** Maximum number of orders in the figures; the newest are used, and the output says so. */
export const maxOrders = 10_000;
const fields = [
  'orderId',
  'status',
  'updatedAt',
  'transitions',
  'failure',
  'waitingFor',
  'waitingSince',
] as const;

export interface OrderWindowSnapshot {
  readonly orders: readonly CountedOrder[];
  /** Whether the window contains more orders than these. */
  readonly isTruncated: boolean;
  /** Whether the items could be read; if not, all fields come from the index. */
  readonly hasItems: boolean;
}

/** Reads the orders that the figures count, and in further reads only orders that have changed. */
export class OrderWindow {
  readonly #recent: RecentOrders<(typeof fields)[number]>;
  #lastRead: Promise<unknown> = Promise.resolve();

  constructor(stack: Stack, limit = maxOrders) {
    this.#recent = new RecentOrders(stack, { limit, fields });
  }

  /** Returns the orders created since a time (RFC 3339 UTC), newest first. A read waits for the end of the read before it. */
  read(since: string): Promise<OrderWindowSnapshot> {
    const reading = this.#lastRead.catch(() => undefined).then(() => this.#read(since));
    this.#lastRead = reading;
    return reading;
  }

  async #read(since: string): Promise<OrderWindowSnapshot> {
    const { orders: listed, isTruncated } = await this.#recent.list(since);
    await this.#recent.readItems(listed);
    const orders = listed.map(({ orderId, status, createdAt, updatedAt }) => {
      const item = this.#recent.items.get(orderId);
      return { orderId, createdAt, ...(item ?? { status, updatedAt }) };
    });
    return { orders, isTruncated, hasItems: this.#recent.hasItems };
  }
}
