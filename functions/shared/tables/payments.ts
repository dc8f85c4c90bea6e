/** The payments table: the ledger of the simulated payment provider. */
import { paymentItemKey } from '../../contract/tables.ts';
import type { TransactItem } from '../transactions.ts';
import { createTable } from './table.ts';

const table = createTable<ReturnType<typeof paymentItemKey>>('PAYMENTS_TABLE');

export interface PaymentItem {
  readonly paymentId: string;
  readonly state: 'charged' | 'refunded';
  /** Currency units. */
  readonly amount: number;
}

export async function readPayment(idempotencyKey: string): Promise<PaymentItem | undefined> {
  return (await table.get(paymentItemKey(idempotencyKey))) as PaymentItem | undefined;
}

/** Adds a payment, as part of a transaction. The condition fails if the key has been used. */
export function newPaymentItem(idempotencyKey: string, payment: PaymentItem): TransactItem {
  return table.putItem(
    { ...paymentItemKey(idempotencyKey), ...payment },
    { ConditionExpression: 'attribute_not_exists(idempotencyKey)' },
  );
}

/** Marks a payment as refunded, as part of a transaction. The condition fails if there is nothing to refund. */
export function refundItem(idempotencyKey: string): TransactItem {
  return table.updateItem(paymentItemKey(idempotencyKey), {
    UpdateExpression: 'SET #state = :refunded',
    ConditionExpression: '#state = :charged',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':refunded': 'refunded', ':charged': 'charged' },
  });
}
