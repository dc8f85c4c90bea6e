import type { OrderEvent } from '../../../functions/contract/order.ts';
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import { forEachConcurrent } from '../requests/for-each-concurrent.ts';
import { type Submission, type Submitted, submitOrder } from './submit.ts';

/** Number of submissions that run at the same time. */
const maxConcurrent = 8;

/** An order of a file. */
export interface BatchOrder {
  /** Line on which it starts. */
  readonly line: number;
  readonly event: OrderEvent;
  /** Whether the file contains its id, so that it may exist. */
  readonly hasOwnId: boolean;
}

/** Result for one order of a file. */
export type BatchResult = { readonly line: number } & (
  | Submitted
  | {
      readonly orderId: string;
      readonly error: { readonly code: string; readonly message: string; readonly exit: number };
    }
);

interface BatchOptions extends Pick<Submission, 'via'> {
  /** No further order is submitted after this signal. */
  readonly signal: AbortSignal;
  readonly onResult: (result: BatchResult) => void;
}

/**
 * Submits the orders, several at the same time. A refused order does not stop the others. Returns the results in the sequence of
 * `orders`. Throws UserError if credentials or permissions are missing, which would fail for each order.
 */
export async function submitOrders(
  stack: Stack,
  orders: readonly BatchOrder[],
  { via, signal, onResult }: BatchOptions,
): Promise<BatchResult[]> {
  const results = new Map<BatchOrder, BatchResult>();
  function* untilAborted() {
    for (const order of orders) {
      if (signal.aborted) return;
      yield order;
    }
  }
  await forEachConcurrent(untilAborted(), maxConcurrent, async (order) => {
    const result = await submitOne(stack, order, via);
    results.set(order, result);
    onResult(result);
  });
  return orders.flatMap((order) => results.get(order) ?? []);
}

async function submitOne(
  stack: Stack,
  { line, event, hasOwnId }: BatchOrder,
  via: Submission['via'],
): Promise<BatchResult> {
  try {
    return { line, ...(await submitOrder(stack, { event, via, mayExist: hasOwnId })) };
  } catch (error) {
    if (!(error instanceof UserError) || error.exit === 4) throw error;
    const { code, message, exit } = error;
    return { line, orderId: event.orderId, error: { code, message, exit } };
  }
}
