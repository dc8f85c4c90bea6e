/**
 * Links an order and its retries: the item of each names the other. The link is not part of the workflow's input, so that
 * the input has the same bytes for every caller and every version of the workflow accepts it. The workflow writes only
 * its own fields, so a replay does not remove the link.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { readOrders, updateOrderIf } from '../tables/orders-table.ts';
import { possibleOriginalIds } from './retry-id.ts';

/** How long to wait for the item of an order that was just started (ms). Under load it may take longer. */
const itemTimeoutMs = 2000;
const maxPollMs = 250;

type RetriedOrder = Pick<OrderRecord, 'orderId' | 'retriedAs'>;

/**
 * Records a retry on the original, before the retry starts. Returns false if another retry was recorded since `order` was
 * read: of two concurrent retries, only one starts.
 */
export async function linkRetry(
  stack: Stack,
  { order, orderId }: { readonly order: RetriedOrder; readonly orderId: string },
): Promise<boolean> {
  const { retriedAs = [] } = order;
  if (retriedAs.includes(orderId)) return true;
  const isFirst = retriedAs.length === 0;
  const isUnchanged = isFirst ? 'attribute_not_exists(#retriedAs)' : '#retriedAs = :seen';
  return updateOrderIf(stack, {
    orderId: order.orderId,
    fields: { retriedAs: [...retriedAs, orderId] },
    condition: `attribute_exists(#orderId) AND (${isUnchanged})`,
    values: isFirst ? {} : { ':seen': retriedAs },
  });
}

interface OriginalLink {
  readonly orderId: string;
  readonly retryOf: string;
  /** How long to wait for the item (ms). */
  readonly timeoutMs?: number;
}

/** Records the original on a retry once its item exists. Returns false if there is no item within the timeout. */
export async function linkOriginal(
  stack: Stack,
  { orderId, retryOf, timeoutMs = itemTimeoutMs }: OriginalLink,
): Promise<boolean> {
  const update = {
    orderId,
    fields: { retryOf },
    condition:
      'attribute_exists(#orderId) AND (attribute_not_exists(#retryOf) OR #retryOf = :original)',
    values: { ':original': retryOf },
  };
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (await updateOrderIf(stack, update)) return true;
    if (performance.now() >= deadline) return false;
    await sleep(Math.min(stack.target.pollMs, maxPollMs));
  }
}

/**
 * Finds the original of a retry whose own item does not name it: the order from whose id it is derived and that lists it as a
 * retry. Undefined if there is none.
 */
export async function findOriginal(stack: Stack, orderId: string): Promise<string | undefined> {
  const ids = possibleOriginalIds(orderId);
  if (ids.length === 0) return undefined;
  const fields = ['orderId', 'retriedAs'] as const;
  const candidates = await readOrders(stack, { ids, fields });
  return ids.find((id) => candidates.get(id)?.retriedAs?.includes(orderId));
}
