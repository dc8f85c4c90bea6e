import type { LocatedOrder } from '../lookup/find.ts';

/** Maximum time for which an order is queued. A larger difference means that the clocks differ (ms). */
const maxQueuedMs = 300_000;

/** Returns when an order was submitted, if this process knows it, or when its item was created (epoch ms). */
export function findStart({ submittedAt = '' }: LocatedOrder, createdAt: string): number {
  const created = Date.parse(createdAt);
  const queuedMs = created - Date.parse(submittedAt);
  return queuedMs > 0 && queuedMs < maxQueuedMs ? created - queuedMs : created;
}
