import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { OrderRecord } from '../contract/api.ts';
import { dueOf } from '../contract/expected-side-effects.ts';
import type { Ports } from '../order-workflow/ports.ts';
import { effectKey } from '../order-workflow/ports.ts';
import { retryGenerously } from '../order-workflow/retry.ts';
import { observed, type StepFunction } from '../order-workflow/traced-step.ts';
import { placedOf } from './placed-order.ts';
import type { Books } from './side-effect-corrections.ts';

/** Somebody has found that the books of an order do not add up. */
export interface SettleRequest {
  readonly settle: {
    readonly orderId: string;
    /** Keys under which payments of the order were found; the order's own and those in the log are known. */
    readonly payments?: readonly string[];
  };
}

export interface Settled {
  readonly orderId: string;
  /** What was put right: `payments`, `stock`, `points`. */
  readonly settled: readonly string[];
}

interface Settings {
  readonly ports: Pick<Ports, 'payments' | 'inventory' | 'customers'>;
  readonly read: (orderId: string) => Promise<OrderRecord | undefined>;
  readonly books: Books;
}

/**
 * Brings the books of an order to what its row says is due: gives back what was charged too much, and of an order that
 * has ended releases or hands over the stock that it still holds, and credits its points. Each is done once, however
 * often it is asked; of a flagged order only what was charged twice is given back.
 */
export async function settleOrder(
  { settle: { orderId, payments = [] } }: SettleRequest,
  context: DurableContext,
  { ports, read, books }: Settings,
): Promise<Settled> {
  const step = <T>(name: string, work: StepFunction<T>) =>
    context.step(name, observed(name, { orderId }, work), { retryStrategy: retryGenerously });
  const order = await step('read-order', async () => (await read(orderId)) ?? null);
  if (!order) return { orderId, settled: [] };
  const due = dueOf(order);
  const placed = placedOf(order);
  const settled: string[] = [];
  const refunded = await step('refund-surplus', async ({ attempt }) => {
    // What an order on its way, or a flagged one, has paid for once is its own business.
    const keepsOne = due === undefined || order.status === 'completed';
    const own = payments.filter((key) => key.startsWith(`${orderId}/`));
    const surplus = await books.surplusOf(orderId, { keepsOne, known: own });
    for (const key of surplus) await ports.payments.refund(placed, { key, number: attempt });
    const corrected = await books.correctLog(orderId, { keepsOne, attempt });
    return surplus.length > 0 || corrected;
  });
  if (refunded) settled.push('payments');
  if (due && order.reservation === 'held') {
    const move = order.status === 'completed' ? ports.inventory.handOver : ports.inventory.release;
    await step('settle-stock', ({ attempt: number }) =>
      move(placed, { key: effectKey(orderId, 'reserve-inventory'), number }),
    );
    settled.push('stock');
  }
  if (due) {
    const credited = await step('settle-points', async ({ attempt: number }) => {
      const key = effectKey(orderId, 'update-loyalty-points');
      const credit = () => ports.customers.creditPoints(placed, { key, number });
      return books.settlePoints(order, { points: due.points, credit });
    });
    if (credited) settled.push('points');
  }
  return { orderId, settled };
}
