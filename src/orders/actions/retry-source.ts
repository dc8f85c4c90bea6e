/** The order that is to be tried again: what it was, and whether it may be. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Order } from '../../../functions/contract/order.ts';
import { isEnd } from '../../../functions/contract/workflow.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import type { Found } from '../lookup/find.ts';
import { findExecution, readExecutionInput, readOrder } from '../lookup/read-order.ts';

export interface RetrySource {
  readonly orderId: string;
  /** The order as it was placed; of no shape that is known, where it never got further than its execution. */
  readonly order: unknown;
  /** Absent for an order that never was written. */
  readonly item?: OrderRecord;
}

/**
 * Reads what is to be tried again from the order's item or, where there is none, from what its execution was started
 * with. Throws a UserError when there is neither (exit 5), or when trying again would charge its customer twice (exit 6)
 * and `chargeAgain` does not say that this is meant.
 */
export async function readRetrySource(
  target: Target,
  outputs: StackOutputs,
  { found, chargeAgain }: { readonly found: Found; readonly chargeAgain: boolean },
): Promise<RetrySource> {
  const { orderId } = found;
  const item = await readOrder(target, outputs, orderId);
  if (item) {
    const why = chargeAgain ? undefined : whyNotAgain(item);
    if (why) throw chargedTwice(orderId, why);
    return { orderId, item, order: placedAs(item) };
  }
  const arn = found.executionArn ?? (await findExecution(target, outputs, orderId));
  const execution = arn === undefined ? undefined : await readExecutionInput(target, arn);
  if (!execution) {
    throw new UserError(`Nothing is left of ${orderId} to try again.`, {
      hint: 'orders list',
      exit: 5,
      code: 'NotFound',
    });
  }
  if (execution.status === 'RUNNING' && !chargeAgain) {
    throw chargedTwice(orderId, { is: 'has only begun', fix: `orders watch ${orderId}` });
  }
  return { orderId, order: orderIn(execution.input) };
}

/** What an order was placed with. */
export function placedAs(item: OrderRecord): Order {
  const { customerId, customerEmail, customerPhone, items } = item;
  const phone = customerPhone === undefined ? {} : { customerPhone };
  return { customerId, customerEmail, ...phone, items: [...items] };
}

interface Refusal {
  readonly is: string;
  readonly fix: string;
}

/** Why another try would charge the customer for what was, is being, or is still paid; `undefined` when it would not. */
export function whyNotAgain({
  orderId,
  status,
  flagged,
  undos = [],
}: Pick<OrderRecord, 'orderId' | 'status' | 'flagged' | 'undos'>): Refusal | undefined {
  if (status === 'completed') return { is: 'is completed', fix: `orders get ${orderId}` };
  if (flagged) {
    return { is: 'was handed to the carrier and not paid back', fix: `orders history ${orderId}` };
  }
  if (!isEnd(status)) {
    return { is: `is on its way (${status})`, fix: `orders cancel ${orderId} --wait` };
  }
  const kept = undos.some(({ undo, outcome }) => undo === 'refund-payment' && outcome === 'failed');
  return kept ? { is: 'was not paid back', fix: `orders history ${orderId}` } : undefined;
}

/** The error for an order that `is` so that trying it again takes money twice. */
export function chargedTwice(orderId: string, { is, fix }: Refusal): UserError {
  return new UserError(`${orderId} ${is}: another try would charge its customer twice.`, {
    hint: [fix, 'when that is meant: --charge-again'],
    exit: 6,
    code: 'ChargedTwice',
  });
}

/** The order in what an execution was started with. */
function orderIn(input: string): unknown {
  try {
    const event: unknown = JSON.parse(input);
    return typeof event === 'object' && event !== null && 'order' in event ? event.order : event;
  } catch {
    return undefined;
  }
}
