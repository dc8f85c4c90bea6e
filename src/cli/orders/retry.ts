/** How `orders retry` asks, tells and follows. */

import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { Change } from '../../orders/actions/order-changes.ts';
import { type Retried, type RetryOptions, retryOrder } from '../../orders/actions/retry.ts';
import type { Found } from '../../orders/lookup/find.ts';
import { UserError } from '../../user-error.ts';
import { describeError } from '../command/json-output.ts';
import { formatMoney } from '../terminal/format-time.ts';
import { printable } from '../terminal/table.ts';
import { dim, mark, type Ui } from '../terminal/terminal.ts';

/** An order that could not be tried again, and why. */
export interface Refused {
  readonly retryOf: string;
  readonly result: 'refused';
  readonly message: string;
}

export type RetryResult = Retried | Refused;

interface Where {
  readonly target: Target;
  readonly outputs: StackOutputs;
}

/** Tries each order again; one that is refused does not keep the others from it. Throws what it was when it is the only one. */
export async function retryAll(
  { target, outputs }: Where,
  orders: readonly Found[],
  options: Omit<RetryOptions, 'found'>,
): Promise<RetryResult[]> {
  const results: RetryResult[] = [];
  for (const found of orders) {
    try {
      results.push(await retryOrder(target, outputs, { ...options, found }));
    } catch (error) {
      if (!(error instanceof UserError) || orders.length === 1) throw error;
      const { message } = describeError(error);
      results.push({ retryOf: found.orderId, result: 'refused', message });
    }
  }
  return results;
}

/** A result as a sentence, and beneath it a line for each field that is not as it was. */
export function retriedText(result: RetryResult, stream: NodeJS.WriteStream): string {
  if (result.result === 'refused') return `${mark('failed', stream)} ${result.message}\n`;
  const { orderId, retryOf, changes, total, lines, status } = result;
  const items = `${lines} ${lines === 1 ? 'item' : 'items'}`;
  const sentence = {
    started: `${orderId} accepted · retry of ${retryOf} · ${items} · ${formatMoney(total)}`,
    exists: `${orderId} is this retry of ${retryOf} already; it is ${status}`,
    planned: `${orderId} would be a retry of ${retryOf} · ${items} · ${formatMoney(total)}`,
  }[result.result];
  const sign = mark(result.result === 'started' ? 'done' : 'note', stream);
  return `${sign} ${sentence}\n${changes.map((each) => `    ${dim(changeText(each), stream)}\n`).join('')}`;
}

/** `items[0].quantity 2 → 3`; what was there before is left out of personal data. */
function changeText({ field, from, to }: Change): string {
  const was = from === undefined ? '' : `${printable(String(from))} `;
  return `${field} ${was}→ ${to === undefined ? 'none' : printable(String(to))}`;
}

/** The command that goes on from the results; `undefined` when nothing was started. */
export function nextAfter(results: readonly RetryResult[]): string | undefined {
  const retried = results.flatMap((each) => (each.result === 'refused' ? [] : [each]));
  const [first] = retried;
  if (first === undefined) return undefined;
  if (first.result === 'planned') return 'nothing was started; without --dry-run it is';
  const { orderId, result, status } = first;
  if (retried.length > 1) {
    const ids = retried.map((each) => each.orderId);
    return ids.length > 5 ? 'orders watch --all' : `orders watch ${ids.join(' ')}`;
  }
  const again = result === 'exists' && (status === 'failed' || status === 'cancelled');
  return again ? `one more try: orders retry ${orderId}` : `orders watch ${orderId}`;
}

interface Following {
  readonly ui: Ui | 'json';
  readonly stream: NodeJS.WriteStream;
  readonly timeoutMs: number | undefined;
}

/** Follows the new orders to their ends, and sets the exit code that those call for. Answers each one's status. */
export async function followRetried(
  { target, outputs }: Where,
  results: readonly RetryResult[],
  view: Following,
): Promise<RetryResult[]> {
  const { follow, followMany } = await import('../watch/watch.ts');
  const started = results.flatMap((each) => (each.result === 'refused' ? [] : [each]));
  const [first] = started;
  if (!first) return [...results];
  if (started.length === 1) await follow({ target, outputs }, first, view);
  else await followMany({ target, outputs }, { orders: started }, view);
  const { readOrders } = await import('../../orders/lookup/batch-get.ts');
  const { nameOrigin } = await import('../../orders/lookup/retry-link.ts');
  // The items of orders that had to wait for their turn were not there to be told.
  for (const { orderId, retryOf } of started) {
    await nameOrigin(target, outputs, { orderId, retryOf, patienceMs: 0 });
  }
  const ids = started.map(({ orderId }) => orderId);
  const items = await readOrders(target, outputs, { ids, fields: ['status'] });
  return results.map((each) => {
    const status = each.result === 'refused' ? undefined : items.get(each.orderId)?.status;
    return status === undefined || each.result === 'refused' ? each : { ...each, status };
  });
}
