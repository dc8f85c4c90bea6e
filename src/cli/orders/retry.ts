/** Retries orders, prints the results and watches the new orders for `orders retry`. */

import type { Stack } from '../../environment/stack.ts';
import type { FieldChange } from '../../orders/actions/order-changes.ts';
import { type RetryOptions, type RetryOutcome, retryOrder } from '../../orders/actions/retry.ts';
import type { LocatedOrder } from '../../orders/lookup/find.ts';
import { UserError } from '../../user-error.ts';
import { formatMoney } from '../../workflow/money.ts';
import { describeError } from '../command/json-output.ts';
import { printable } from '../terminal/table.ts';
import { dim, mark, type Ui } from '../terminal/terminal.ts';

/** An order that could not be retried, with the reason. */
export interface RefusedRetry {
  readonly retryOf: string;
  readonly result: 'refused';
  readonly message: string;
}

export type RetryResult = RetryOutcome | RefusedRetry;

/** Retries the orders. A refusal does not stop the others; it is thrown only if there is a single order. */
export async function retryOrders(
  stack: Stack,
  orders: readonly LocatedOrder[],
  options: Omit<RetryOptions, 'found'>,
): Promise<RetryResult[]> {
  const results: RetryResult[] = [];
  for (const found of orders) {
    try {
      results.push(await retryOrder(stack, { ...options, found }));
    } catch (error) {
      if (!(error instanceof UserError) || orders.length === 1) throw error;
      const { message } = describeError(error);
      results.push({ retryOf: found.orderId, result: 'refused', message });
    }
  }
  return results;
}

/** Returns a result as one line, followed by one line for each changed field. */
export function formatRetryResult(result: RetryResult, stream: NodeJS.WriteStream): string {
  if (result.result === 'refused') return `${mark('failed', stream)} ${result.message}\n`;
  const glyph = mark(result.result === 'started' ? 'done' : 'note', stream);
  const changeLines = result.changes.map((change) => `    ${dim(formatChange(change), stream)}\n`);
  return `${glyph} ${retryText(result)}\n${changeLines.join('')}`;
}

/** Returns the new order of a retry and how it was started, in one line. */
export function retryText({
  orderId,
  retryOf,
  total,
  lines,
  status,
  result,
}: RetryOutcome): string {
  const items = `${lines} ${lines === 1 ? 'item' : 'items'}`;
  return {
    started: `${orderId} accepted · retry of ${retryOf} · ${items} · ${formatMoney(total)}`,
    exists: `${orderId} already exists as this retry of ${retryOf} · ${status}`,
    planned: `${orderId} would be a retry of ${retryOf} · ${items} · ${formatMoney(total)}`,
  }[result];
}

/** Returns a change as text: `items[0].quantity 2 → 3`. The old value of personal data is omitted. */
function formatChange({ field, from, to }: FieldChange): string {
  const oldValue = from === undefined ? '' : `${printable(String(from))} `;
  return `${field} ${oldValue}→ ${to === undefined ? 'none' : printable(String(to))}`;
}

/** Returns a hint for the next command; undefined if no order was started. */
export function nextStepHint(results: readonly RetryResult[]): string | undefined {
  const retried = results.flatMap((result) => (result.result === 'refused' ? [] : [result]));
  const [first] = retried;
  if (first === undefined) return undefined;
  if (first.result === 'planned') return 'no order was started: run it again without --dry-run';
  const { orderId, result, status } = first;
  if (retried.length > 1) {
    const ids = retried.map((order) => order.orderId);
    return ids.length > 5 ? 'orders watch --all' : `orders watch ${ids.join(' ')}`;
  }
  const canRetry = result === 'exists' && (status === 'failed' || status === 'cancelled');
  return canRetry ? `orders retry ${orderId}` : `orders watch ${orderId}`;
}

interface WatchOptions {
  readonly ui: Ui | 'json';
  readonly stream: NodeJS.WriteStream;
  readonly timeoutMs: number | undefined;
}

/** Watches the new orders until they end and sets the exit code. Returns the results with the final statuses. */
export async function watchRetried(
  stack: Stack,
  results: readonly RetryResult[],
  view: WatchOptions,
): Promise<RetryResult[]> {
  const { showWatch, showWatchMany } = await import('../watch/watch.ts');
  const started = results.flatMap((result) => (result.result === 'refused' ? [] : [result]));
  const [first] = started;
  if (!first) return [...results];
  if (started.length === 1) await showWatch(stack, first, view);
  else await showWatchMany(stack, { orders: started }, view);
  const { readOrders } = await import('../../orders/tables/orders-table.ts');
  const { linkOriginal } = await import('../../orders/lookup/retry-link.ts');
  // An order that was delayed by a quota had no item yet when it was linked: link it now.
  for (const { orderId, retryOf } of started) {
    await linkOriginal(stack, { orderId, retryOf, timeoutMs: 0 });
  }
  const ids = started.map(({ orderId }) => orderId);
  const items = await readOrders(stack, { ids, fields: ['status'] });
  return results.map((result) => {
    const status = result.result === 'refused' ? undefined : items.get(result.orderId)?.status;
    return status === undefined || result.result === 'refused' ? result : { ...result, status };
  });
}
