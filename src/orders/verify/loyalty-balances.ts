/** Compares the loyalty balances of customers with the sums of their entries. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { forEachConcurrent } from '../requests/for-each-concurrent.ts';
import { type LoyaltyAccount, readLoyaltyAccount } from '../tables/loyalty-table.ts';
import type { Mismatch } from './mismatch.ts';

/** Accounts that are read at the same time. */
const concurrency = 16;
/** Maximum reads of an account that changes meanwhile. */
const maxReads = 4;
const minPollMs = 100;

export interface BalanceAudit {
  readonly mismatches: readonly Mismatch[];
  /** Customers with too many entries to be read. */
  readonly unread: readonly string[];
}

/** Compares the balance of every customer of these orders with the sum of the customer's entries. */
export async function auditBalances(
  stack: Stack,
  orders: Iterable<Pick<OrderRecord, 'orderId' | 'customerId'>>,
): Promise<BalanceAudit> {
  const orderByCustomer = new Map(
    [...orders].map(({ customerId, orderId }) => [customerId, orderId]),
  );
  const mismatches: Mismatch[] = [];
  const unread: string[] = [];
  await forEachConcurrent(orderByCustomer, concurrency, async ([customerId, orderId]) => {
    const account = await readStableBalance(stack, customerId);
    if (!account) unread.push(customerId);
    else if (account.balance !== account.sum) {
      mismatches.push({
        kind: 'wrong-balance',
        orderId,
        customerId,
        message: `the balance of ${customerId} is ${account.balance} points, but the sum of its entries is ${account.sum}`,
        command: `orders repair ${orderId}`,
        mends: true,
      });
    }
  });
  return { mismatches, unread };
}

/** Reads an account. If its balance is wrong, reads it again until it no longer changes: an order may just be credited. */
async function readStableBalance(
  stack: Stack,
  customerId: string,
): Promise<LoyaltyAccount | undefined> {
  let account = await readLoyaltyAccount(stack, customerId);
  for (let read = 1; read <= maxReads && account && account.balance !== account.sum; read += 1) {
    await sleep(Math.max(minPollMs, stack.target.pollMs) * read);
    const latest = await readLoyaltyAccount(stack, customerId);
    if (latest?.balance === account.balance && latest.sum === account.sum) return latest;
    account = latest;
  }
  return account;
}
