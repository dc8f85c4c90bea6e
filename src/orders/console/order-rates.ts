/** Counts started and ended orders in periods of the last minutes. Pure. */
import type { OrderRow } from './order-row.ts';
import type { RateHistory } from './snapshot.ts';

const periodMs = 10_000;
const periods = 60;

type Counts = Map<number, number>;

/** Rates of the last ten minutes. Remembers orders that have left the list since they were counted. */
export class OrderRates {
  /** The orders of the last count, by id. */
  #listed: ReadonlyMap<string, OrderRow> = new Map();
  /** Orders of earlier counts that are no longer in the list, by id. */
  readonly #left = new Map<string, OrderRow>();

  /**
   * Counts the orders of the list again, and returns the periods up to `now` (ms since the epoch), the last of which is not over. An
   * order is counted once, even if its times change: an order without an item has the times of its execution.
   */
  count(rows: Iterable<OrderRow>, now: number): RateHistory {
    const last = Math.floor(now / periodMs);
    const first = last - periods + 1;
    this.#remember(new Map(Array.from(rows, (row) => [row.order.orderId, row])), first * periodMs);
    const started: Counts = new Map();
    const completed: Counts = new Map();
    const failed: Counts = new Map();
    const add = (counts: Counts, at: number) => {
      const period = Math.floor(at / periodMs);
      counts.set(period, (counts.get(period) ?? 0) + 1);
    };
    for (const { order, createdAt, endedAt } of [
      ...this.#listed.values(),
      ...this.#left.values(),
    ]) {
      add(started, createdAt);
      if (endedAt !== undefined) add(order.status === 'completed' ? completed : failed, endedAt);
    }
    const toList = (counts: Counts) =>
      Array.from({ length: periods }, (_, index) => counts.get(first + index) ?? 0);
    return {
      periodMs,
      started: toList(started),
      completed: toList(completed),
      failed: toList(failed),
    };
  }

  /** Replaces the listed orders, and keeps orders that have left if they started or ended after `since` (ms since the epoch). */
  #remember(listed: ReadonlyMap<string, OrderRow>, since: number): void {
    for (const [id, row] of this.#listed) {
      if (!listed.has(id)) this.#left.set(id, row);
    }
    this.#listed = listed;
    for (const [id, { createdAt, endedAt = createdAt }] of this.#left) {
      if (listed.has(id) || endedAt < since) this.#left.delete(id);
    }
  }
}
