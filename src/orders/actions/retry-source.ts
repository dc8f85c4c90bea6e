/** Reads the original of a retry, and decides whether it may be retried. */

import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Order } from '../../../functions/contract/order.ts';
import { isTerminal } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import { isOpen } from '../lookup/execution-status.ts';
import { findExecution, readExecutionInput } from '../lookup/executions.ts';
import type { LocatedOrder } from '../lookup/find.ts';
import { readOrder } from '../tables/orders-table.ts';

export interface RetrySource {
  readonly orderId: string;
  /** The order as it was submitted. Not validated if it comes from the input of an execution. */
  readonly order: unknown;
  /** Absent if the order has no item. */
  readonly item?: OrderRecord;
}

/**
 * Reads the original from its item or, without one, from the input of its execution. Throws a UserError if there is
 * neither (exit 5), or if a retry would charge the customer twice and `chargeAgain` does not allow that (exit 6).
 */
export async function readRetrySource(
  stack: Stack,
  { found, chargeAgain }: { readonly found: LocatedOrder; readonly chargeAgain: boolean },
): Promise<RetrySource> {
  const { orderId } = found;
  const item = await readOrder(stack, orderId);
  if (item) {
    const refusal = chargeAgain ? undefined : retryRefusal(item);
    if (refusal) throw doubleChargeError(orderId, refusal);
    return { orderId, item, order: toOrderInput(item) };
  }
  const arn = found.executionArn ?? (await findExecution(stack, orderId));
  const execution = arn === undefined ? undefined : await readExecutionInput(stack.target, arn);
  // An execution that is being deleted may have lost its input.
  if (!execution || (execution.input === '' && !isOpen(execution.status))) {
    throw new UserError(
      `${orderId} cannot be retried: its order and its execution no longer exist.`,
      { hint: 'orders list', exit: 5, code: 'NotFound' },
    );
  }
  if (isOpen(execution.status) && !chargeAgain) {
    throw doubleChargeError(orderId, {
      reason: 'has just started',
      fix: `orders watch ${orderId}`,
    });
  }
  return { orderId, order: parseExecutionInput(execution.input) };
}

/** Returns the order that an item was created from. */
export function toOrderInput(item: OrderRecord): Order {
  const { customerId, customerEmail, customerPhone, items } = item;
  const phone = customerPhone === undefined ? {} : { customerPhone };
  return { customerId, customerEmail, ...phone, items: [...items] };
}

interface RetryRefusal {
  /** Completes a sentence that begins with the order id. */
  readonly reason: string;
  /** A command that shows or changes the cause. */
  readonly fix: string;
}

/** Returns why a retry would charge the customer twice; undefined if it would not. */
export function retryRefusal({
  orderId,
  status,
  flagged,
  undos = [],
}: Pick<OrderRecord, 'orderId' | 'status' | 'flagged' | 'undos'>): RetryRefusal | undefined {
  if (status === 'completed') return { reason: 'is completed', fix: `orders get ${orderId}` };
  if (flagged) {
    return {
      reason: 'was handed to the carrier and not refunded',
      fix: `orders history ${orderId}`,
    };
  }
  if (!isTerminal(status)) {
    return { reason: `is still running (${status})`, fix: `orders cancel ${orderId} --wait` };
  }
  const refundFailed = undos.some(
    ({ undo, outcome }) => undo === 'refund-payment' && outcome === 'failed',
  );
  return refundFailed
    ? { reason: 'was not refunded', fix: `orders history ${orderId}` }
    : undefined;
}

/** Returns why an order may not be retried, as the end of a sentence about it. */
export const doubleChargeText = (reason: string) =>
  `${reason}: a retry would charge the customer twice`;

/** Returns the error for an order whose retry would charge the customer twice. */
export function doubleChargeError(orderId: string, { reason, fix }: RetryRefusal): UserError {
  return new UserError(`${orderId} ${doubleChargeText(reason)}.`, {
    hint: [fix, 'to retry it anyway: --charge-again'],
    exit: 6,
    code: 'ChargedTwice',
  });
}

/** Returns the order in the input of an execution; undefined if the input is not JSON. */
function parseExecutionInput(input: string): unknown {
  try {
    const event: unknown = JSON.parse(input);
    return typeof event === 'object' && event !== null && 'order' in event ? event.order : event;
  } catch {
    return undefined;
  }
}
