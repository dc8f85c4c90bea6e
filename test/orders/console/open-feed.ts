import { vi } from 'vitest';
import type { Stack } from '../../../src/environment/stack.ts';
import { OrderFeed, type OrderFeedOptions } from '../../../src/orders/console/order-feed.ts';
import type { ConsoleSnapshot } from '../../../src/orders/console/snapshot.ts';

const timeout = 60_000;

/** Reads a feed in the background. `close` ends it, and rejects if the feed failed. */
export function openFeed(stack: Stack, options: Partial<OrderFeedOptions> = {}) {
  const stop = new AbortController();
  const feed = new OrderFeed(stack, { sinceMs: 86_400_000, ...options });
  let last: ConsoleSnapshot | undefined;
  let count = 0;
  const done = (async () => {
    for await (const snapshot of feed.snapshots(stop.signal)) {
      last = snapshot;
      count += 1;
    }
  })();
  const failed = done.then(() => {
    throw new Error('the feed ended');
  });
  failed.catch(() => undefined);
  /** Returns the first snapshot from now on that passes the test. */
  const until = async (
    passes: (snapshot: ConsoleSnapshot) => boolean,
  ): Promise<ConsoleSnapshot> => {
    const before = count;
    const found = vi
      .waitUntil(() => (count > before && last && passes(last) ? last : undefined), {
        timeout,
        interval: 20,
      })
      .catch(() => {
        const { gapReason, readAt = 0, orders = [] } = last ?? {};
        const shown = orders.slice(0, 5).map(({ orderId, status }) => `${orderId} ${status}`);
        const age = Date.now() - readAt;
        throw new Error(`${count} snapshots, ${age} ms old, ${gapReason}: ${shown.join(', ')}`);
      });
    return Promise.race([found, failed]);
  };
  return {
    feed,
    until,
    /** Returns an order once it passes the test. */
    async order(orderId: string, passes: (order: ConsoleSnapshot['orders'][number]) => boolean) {
      const find = ({ orders }: ConsoleSnapshot) =>
        orders.find((order) => order.orderId === orderId);
      const found = await until((snapshot) => {
        const order = find(snapshot);
        return order !== undefined && passes(order);
      });
      return find(found);
    },
    failed,
    async close() {
      stop.abort();
      await done;
    },
  };
}
