/** The loyalty balances of customers against the sums of their entries. */
import { setTimeout as sleep } from 'node:timers/promises';
import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { atOnce } from '../requests/for-each-concurrent.ts';
import { patiently } from '../requests/retry-transient.ts';
import type { Mismatch } from './mismatch.ts';

const atATime = 16;
/** Pages of a megabyte, some hundred thousand entries; a customer with more is not judged. */
const mostPages = 10;
const looks = 4;

export interface Balances {
  readonly mismatches: readonly Mismatch[];
  /** Customers with more entries than are read. */
  readonly unread: readonly string[];
}

/** Compares the balance of every customer of these orders with the sum of the customer's entries. */
export async function auditBalances(
  target: Target,
  outputs: StackOutputs,
  orders: Iterable<Pick<OrderRecord, 'orderId' | 'customerId'>>,
): Promise<Balances> {
  const orderOf = new Map([...orders].map(({ customerId, orderId }) => [customerId, orderId]));
  const mismatches: Mismatch[] = [];
  const unread: string[] = [];
  await atOnce(orderOf, atATime, async ([customerId, orderId]) => {
    const account = await readStill(target, outputs, customerId);
    if (!account) unread.push(customerId);
    else if (account.balance !== account.sum) {
      const message = `the balance of ${customerId} is ${account.balance} points, its entries are ${account.sum}`;
      const command = `orders repair ${orderId}`;
      mismatches.push({
        kind: 'wrong-balance',
        orderId,
        customerId,
        message,
        command,
        mends: true,
      });
    }
  });
  return { mismatches, unread };
}

/** An account whose sum is off is read until it stands still: an order may be credited meanwhile. */
async function readStill(target: Target, outputs: StackOutputs, customerId: string) {
  let account = await readAccount(target, outputs, customerId);
  for (let look = 1; look <= looks && account && account.balance !== account.sum; look += 1) {
    await sleep(Math.max(100, target.pollMs) * look);
    const again = await readAccount(target, outputs, customerId);
    if (again?.balance === account.balance && again.sum === account.sum) return again;
    account = again;
  }
  return account;
}

/** Undefined when there are too many entries. */
async function readAccount(target: Target, outputs: StackOutputs, customerId: string) {
  const { QueryCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  let [balance, sum, pages] = [0, 0, 0];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const command = new QueryCommand({
      TableName: output(outputs, names.loyaltyTable),
      ConsistentRead: true,
      KeyConditionExpression: 'customerId = :id',
      ExpressionAttributeValues: { ':id': customerId },
      ExclusiveStartKey,
    });
    const page = await patiently(() => tables.send(command));
    for (const { entry, points } of page.Items ?? []) {
      if (entry === 'balance') balance = Number(points);
      else sum += Number(points);
    }
    pages += 1;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey && pages < mostPages);
  return ExclusiveStartKey ? undefined : { balance, sum };
}
