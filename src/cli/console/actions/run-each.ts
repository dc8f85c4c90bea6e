import type { Stack } from '../../../environment/stack.ts';
import type { ConsoleOrder } from '../../../orders/console/snapshot.ts';
import { describeFailure } from '../../command/describe-failure.ts';
import type { ActionResult } from '../types.ts';

/** What happened to one order. */
export type Outcome = Omit<ActionResult, 'orderId'>;

/** Carries out work for the orders sequentially. An error is the result of its order. */
export async function runEach(
  stack: Stack,
  orders: readonly ConsoleOrder[],
  work: (order: ConsoleOrder) => Promise<Outcome>,
): Promise<ActionResult[]> {
  const results: ActionResult[] = [];
  for (const order of orders) {
    const { orderId } = order;
    const outcome = await work(order).catch((error: unknown) => ({
      ok: false,
      message: failureText(stack, orderId, error),
    }));
    results.push({ orderId, ...outcome });
  }
  return results;
}

/** Returns the message of an error without the order id at its start, which the result has already. */
export function failureText({ target }: Stack, orderId: string, error: unknown): string {
  const message = describeFailure(target, error).replace(/\.$/, '');
  return message.startsWith(`${orderId} `) ? message.slice(orderId.length + 1) : message;
}
