/** Reads the side effects of orders: payments, calls to providers, loyalty points. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { recordedCalls } from '../../../functions/contract/recorded-calls.ts';
import { paymentKey } from '../../../functions/contract/tables.ts';
import type { Stack } from '../../environment/stack.ts';
import { forEachConcurrent } from '../requests/for-each-concurrent.ts';
import { readOrderPoints } from '../tables/loyalty-table.ts';
import {
  type Payment,
  parsePaymentOrderId,
  readPayments,
  scanForeignPayments,
} from '../tables/payments-table.ts';
import { type EffectiveCall, readEffectiveCalls } from '../tables/provider-calls-table.ts';

export interface OrderSideEffects {
  readonly orderId: string;
  readonly record: OrderRecord;
  readonly payments: readonly Payment[];
  /** Oldest first. */
  readonly calls: readonly EffectiveCall[];
  /** Absent without an entry in the loyalty table. */
  readonly points?: number;
}

/** Queries in flight at the same time. */
const concurrency = 16;

/**
 * Reads the side effects of orders by order id, consistently. They are read after the records, so they include everything
 * that a record reports.
 */
export async function readSideEffects(
  stack: Stack,
  records: Iterable<OrderRecord>,
): Promise<Map<string, OrderSideEffects>> {
  const orders = [...records];
  const calls = new Map<string, readonly EffectiveCall[]>();
  const [points] = await Promise.all([
    readOrderPoints(stack, orders),
    forEachConcurrent(orders, concurrency, async ({ orderId }) => {
      calls.set(orderId, await readEffectiveCalls(stack, orderId));
    }),
  ]);
  const payments = await readPaymentsByOrder(stack, calls);
  return new Map(
    orders.map((record) => {
      const { orderId } = record;
      const credited = points.get(orderId);
      const sideEffects = {
        orderId,
        record,
        payments: payments.get(orderId) ?? [],
        calls: [...recordedCalls(record), ...(calls.get(orderId) ?? [])].sort(byTime),
        ...(credited === undefined ? {} : { points: credited }),
      };
      return [orderId, sideEffects];
    }),
  );
}

const byTime = (a: EffectiveCall, b: EffectiveCall) => a.at.localeCompare(b.at);

/** Reads the payments under the key of each order and under the keys of its logged charges. */
async function readPaymentsByOrder(
  stack: Stack,
  callsByOrder: ReadonlyMap<string, readonly EffectiveCall[]>,
): Promise<Map<string, Payment[]>> {
  const keys = [...callsByOrder].flatMap(([orderId, calls]) => [
    paymentKey(orderId),
    ...calls.filter(({ call }) => call === 'charge').map(({ key }) => key),
  ]);
  return Map.groupBy(await readPayments(stack, keys), ({ key }) => parsePaymentOrderId(key));
}

/** Adds payments to the side effects of an order unless they are already known. */
export function withPayments(
  sideEffects: OrderSideEffects,
  payments: readonly Payment[],
): OrderSideEffects {
  const known = new Set(sideEffects.payments.map(({ key }) => key));
  const added = payments.filter(({ key }) => !known.has(key));
  return added.length === 0
    ? sideEffects
    : { ...sideEffects, payments: [...sideEffects.payments, ...added] };
}

/** Payments under other keys than the keys of their orders, by order id. */
export interface UnmatchedPayments {
  readonly byOrder: ReadonlyMap<string, readonly Payment[]>;
  /** False if the table is too large to be read. */
  readonly complete: boolean;
}

/** The result if the payments are not in the stack's table. */
export const noUnmatchedPayments: UnmatchedPayments = { byOrder: new Map(), complete: true };

/** Adds the unmatched payments of an order to its side effects. */
export function withUnmatchedPayments(
  sideEffects: OrderSideEffects,
  { byOrder }: UnmatchedPayments,
): OrderSideEffects {
  return withPayments(sideEffects, byOrder.get(sideEffects.orderId) ?? []);
}

/** Finds unmatched payments with a scan of the payments table. */
export async function findUnmatchedPayments(stack: Stack): Promise<UnmatchedPayments> {
  const { payments, isComplete } = await scanForeignPayments(stack);
  const byOrder = Map.groupBy(payments, ({ key }) => parsePaymentOrderId(key));
  return { byOrder, complete: isComplete };
}
