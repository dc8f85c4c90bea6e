/** Counts started and ended orders in periods of the last minutes. Pure. */
import type { OrderRow } from './order-row.ts';
import type { RateHistory } from './snapshot.ts';

const periodMs = 10_000;
const periods = 60;

type Counts = Map<number, number>;

/** Rates of the last ten minutes. Remembers orders that have left the list since they were counted. */
export class OrderRates {
  /** Counts by number of the period since the epoch. */
  #started: Counts = new Map();
  #completed: Counts = new Map();
  #failed: Counts = new Map();

  /** Counts the orders of the list again, and returns the periods up to `now` (ms since the epoch), the last of which is not over. */
  count(rows: Iterable<OrderRow>, now: number): RateHistory {
    const last = Math.floor(now / periodMs);
    const first = last - periods + 1;
    const started: Counts = new Map();
    const completed: Counts = new Map();
    const failed: Counts = new Map();
    const add = (counts: Counts, at: number) => {
      const period = Math.floor(at / periodMs);
      if (period >= first) counts.set(period, (counts.get(period) ?? 0) + 1);
    };
    for (const { order, createdAt, endedAt } of rows) {
      add(started, createdAt);
      if (endedAt !== undefined) add(order.status === 'completed' ? completed : failed, endedAt);
    }
    this.#started = mergeCounts(this.#started, started, first);
    this.#completed = mergeCounts(this.#completed, completed, first);
    this.#failed = mergeCounts(this.#failed, failed, first);
    const toList = (counts: Counts) =>
      Array.from({ length: periods }, (_, index) => counts.get(first + index) ?? 0);
    return {
      periodMs,
      started: toList(this.#started),
      completed: toList(this.#completed),
      failed: toList(this.#failed),
    };
  }
}

/** Returns the larger count of each period from `first` on: orders only leave a count when they leave the list. */
function mergeCounts(before: Counts, now: Counts, first: number): Counts {
  for (const [period, count] of before) {
    if (period >= first && count > (now.get(period) ?? 0)) now.set(period, count);
  }
  return now;
}
