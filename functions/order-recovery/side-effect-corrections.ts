import type { OrderRecord } from '../contract/api.ts';
import { loyaltyEntryKey, paymentKey } from '../contract/tables.ts';
import { isConditionFailed } from '../shared/dynamodb.ts';
import {
  changePointsItems,
  readAccount,
  readOrderPoints,
  setBalance,
} from '../shared/tables/loyalty.ts';
import { readPayment } from '../shared/tables/payments.ts';
import { putNamedEffect, readEffectiveCalls } from '../shared/tables/provider-calls.ts';
import { transact } from '../shared/transactions.ts';

export interface SideEffectCorrections {
  /** Returns the idempotency keys of the payments to refund. `keepsOne`: the order is entitled to one payment. */
  readonly findDuplicatePayments: (
    orderId: string,
    options: { readonly keepsOne: boolean; readonly known: readonly string[] },
  ) => Promise<string[]>;
  /**
   * Logs a refund for every charge in the simulated provider's log that should not be there and that the payments table
   * does not contain. Returns whether there were any.
   */
  readonly appendCompensatingRefunds: (
    orderId: string,
    options: { readonly keepsOne: boolean; readonly attempt: number },
  ) => Promise<boolean>;
  /** Corrects the points of an order and the balance of its customer. Returns whether anything was wrong. */
  readonly correctLoyaltyEntry: (
    order: OrderRecord,
    options: { readonly points: readonly number[]; readonly credit: () => Promise<unknown> },
  ) => Promise<boolean>;
}

/** Attempts to set a balance that changes between read and write. */
const maxAttempts = 5;

/** The corrections in the tables of the stack. */
export const sideEffectCorrections: SideEffectCorrections = {
  async findDuplicatePayments(orderId, { keepsOne, known }) {
    const charges = (await readEffectiveCalls(orderId)).filter(({ call }) => call === 'charge');
    const keys = new Set([paymentKey(orderId), ...charges.map(({ key }) => key), ...known]);
    const charged: string[] = [];
    for (const key of keys) {
      if ((await readPayment(key))?.state === 'charged') charged.push(key);
    }
    return charged.slice(keepsOne ? 1 : 0);
  },
  async appendCompensatingRefunds(orderId, { keepsOne, attempt }) {
    const calls = await readEffectiveCalls(orderId);
    const charges = calls.filter(({ call }) => call === 'charge');
    const refunds = calls.filter(({ call }) => call === 'refund');
    const surplus = charges.length - refunds.length - (keepsOne ? 1 : 0);
    for (let index = 0; index < surplus; index += 1) {
      const key = charges.at(-1 - index)?.key ?? paymentKey(orderId);
      const call = { orderId, call: 'refund', attempt: { key, number: attempt } };
      // The name counts the refunds before it, so that a retry continues with the next number.
      await putNamedEffect(call, `refund-surplus-${refunds.length + index + 1}`);
    }
    return surplus > 0;
  },
  async correctLoyaltyEntry(order, { points, credit }) {
    const { orderId, customerId } = order;
    const [expected = 0] = points;
    const credited = await readOrderPoints(order);
    const isWrong = !points.includes(credited ?? 0);
    if (isWrong && credited === undefined) await credit();
    else if (isWrong && credited !== undefined) {
      const changes = changePointsItems(order, { from: credited, to: expected });
      await transact(changes, `${loyaltyEntryKey(orderId)}/settle`);
    }
    return (await recomputeBalance(customerId)) || isWrong;
  },
};

/** Sets the balance to the sum of the points of all orders. Returns whether it was wrong. */
async function recomputeBalance(customerId: string): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    const account = await readAccount(customerId);
    if ((account.balance ?? 0) === account.sum) return false;
    try {
      await setBalance(customerId, account);
      return true;
    } catch (error) {
      if (!isConditionFailed(error) || attempt === maxAttempts) throw error;
    }
  }
}
