/** The payments table of the simulated payment provider. */
import { outputs } from '../../../functions/contract/api.ts';
import { toMinor } from '../../../functions/contract/order.ts';
import { paymentItemKey, paymentKey } from '../../../functions/contract/tables.ts';
import type { Stack } from '../../environment/stack.ts';
import { readItems } from './batch-get.ts';
import { type Item, scanPages } from './table.ts';

const table = outputs.paymentsTable;

export interface Payment {
  /** The idempotency key: `orderId/stageId`. */
  readonly key: string;
  readonly state: string;
  readonly amountMinor: number;
}

/** A scan reads at most this many pages of 1 MB, about 400,000 payments. */
const maxScanPages = 50;

/** Reads the payments with these idempotency keys. A missing payment is left out. */
export async function readPayments(stack: Stack, keys: Iterable<string>): Promise<Payment[]> {
  const items = await readItems(stack, table, { keys: [...new Set(keys)].map(paymentItemKey) });
  return items.map(toPayment);
}

/**
 * Scans for payments whose key is not the key of their order. `isComplete` is false if the table is too large to read completely.
 */
export async function scanForeignPayments(
  stack: Stack,
): Promise<{ readonly payments: readonly Payment[]; readonly isComplete: boolean }> {
  const payments: Payment[] = [];
  let pages = 0;
  for await (const items of scanPages(stack, table)) {
    // A further page exists, because it was just read.
    if (pages === maxScanPages) return { payments, isComplete: false };
    pages += 1;
    for (const payment of items.map(toPayment)) {
      if (payment.key !== paymentKey(parsePaymentOrderId(payment.key))) payments.push(payment);
    }
  }
  return { payments, isComplete: true };
}

/** Returns the order id in an idempotency key. */
export function parsePaymentOrderId(key: string): string {
  return key.split('/', 1)[0] ?? key;
}

function toPayment({ idempotencyKey, state, amount }: Item): Payment {
  return {
    key: String(idempotencyKey),
    state: String(state),
    amountMinor: toMinor(Number(amount)),
  };
}
