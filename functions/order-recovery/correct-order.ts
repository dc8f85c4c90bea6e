import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { OrderRecord } from '../contract/api.ts';
import { expectedSideEffects } from '../contract/expected-side-effects.ts';
import { effectKey } from '../contract/tables.ts';
import type { Ports } from '../order-workflow/ports.ts';

import { compensationRetryStrategy } from '../order-workflow/retry.ts';
import { type StepFunction, traced } from '../order-workflow/traced-step.ts';
import { toPlacedOrder } from './placed-order.ts';
import type { SideEffectCorrections } from './side-effect-corrections.ts';

/** The event of a repair: an order's side effects contradict its record. */
export interface CorrectionRequest {
  readonly settle: {
    readonly orderId: string;
    /** Idempotency keys of further payments; the order's own key and the keys in the provider's log are known. */
    readonly payments?: readonly string[];
  };
}

export interface CorrectionResult {
  readonly orderId: string;
  /** Names of the corrected side effects: `payments`, `stock` or `points`. */
  readonly settled: readonly string[];
}

interface Settings {
  readonly ports: Pick<Ports, 'payments' | 'inventory' | 'customers'>;
  readonly read: (orderId: string) => Promise<OrderRecord | undefined>;
  readonly corrections: SideEffectCorrections;
}

/**
 * Corrects the side effects of an order to match its record. Refunds duplicate payments. For an ended order, also releases or
 * hands over reserved stock, and corrects the loyalty points. For a running or flagged order, refunds only duplicate payments.
 * Repeated requests change nothing.
 */
export async function correctOrder(
  { settle: { orderId, payments = [] } }: CorrectionRequest,
  context: DurableContext,
  { ports, read, corrections }: Settings,
): Promise<CorrectionResult> {
  const step = <T>(name: string, work: StepFunction<T>) =>
    context.step(name, traced(name, { orderId }, work), {
      retryStrategy: compensationRetryStrategy,
    });
  const order = await step('read-order', async () => (await read(orderId)) ?? null);
  if (!order) return { orderId, settled: [] };
  const expected = expectedSideEffects(order);
  const placed = toPlacedOrder(order);
  const settled: string[] = [];
  const refunded = await step('refund-surplus', async ({ attempt }) => {
    // A running, flagged or completed order is entitled to one payment.
    const keepsOne = expected === undefined || order.status === 'completed';
    const own = payments.filter((key) => key.startsWith(`${orderId}/`));
    const duplicates = await corrections.findDuplicatePayments(orderId, { keepsOne, known: own });
    for (const key of duplicates) await ports.payments.refund(placed, { key, number: attempt });
    const corrected = await corrections.appendCompensatingRefunds(orderId, { keepsOne, attempt });
    return duplicates.length > 0 || corrected;
  });
  if (refunded) settled.push('payments');
  if (expected && order.reservation === 'held') {
    const move = order.status === 'completed' ? ports.inventory.handOver : ports.inventory.release;
    await step('settle-stock', ({ attempt: number }) =>
      move(placed, { key: effectKey(orderId, 'reserve-inventory'), number }),
    );
    settled.push('stock');
  }
  if (expected) {
    const credited = await step('settle-points', async ({ attempt: number }) => {
      const key = effectKey(orderId, 'update-loyalty-points');
      const credit = () => ports.customers.creditPoints(placed, { key, number });
      return corrections.correctLoyaltyEntry(order, { points: expected.points, credit });
    });
    if (credited) settled.push('points');
  }
  return { orderId, settled };
}
