import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderRecord } from '../contract/api.ts';
import { paymentKey, pointsEntry } from '../contract/expected-side-effects.ts';
import { callItem } from '../order-workflow/services/simulated.ts';
import { documents, isConditionFailed, tableName } from '../shared/tables.ts';
import { transact } from '../shared/transactions.ts';

export interface Books {
  /** The keys of the payments that stand and should not. */
  readonly surplusOf: (
    orderId: string,
    options: { readonly keepsOne: boolean; readonly known: readonly string[] },
  ) => Promise<string[]>;
  /** Gives back, in the simulated provider's log, charges that its ledger knows nothing of. Whether there were any. */
  readonly correctLog: (
    orderId: string,
    options: { readonly keepsOne: boolean; readonly attempt: number },
  ) => Promise<boolean>;
  /** Brings an order's entry, and its customer's balance with it, to what is due. Whether anything was wrong. */
  readonly settlePoints: (
    order: OrderRecord,
    options: { readonly points: readonly number[]; readonly credit: () => Promise<unknown> },
  ) => Promise<boolean>;
}

/** A balance that moves meanwhile is added up again, so often. */
const tries = 5;

const payments = () => tableName('PAYMENTS_TABLE');
const calls = () => tableName('PROVIDER_CALLS_TABLE');
const loyalty = () => tableName('LOYALTY_TABLE');

/** The books as the tables have them. */
export const tableBooks: Books = {
  async surplusOf(orderId, { keepsOne, known }) {
    const charged = (await effectiveCalls(orderId)).filter(({ call }) => call === 'charge');
    const own = paymentKey(orderId);
    const keys = [...new Set([own, ...charged.map(({ key }) => key), ...known])];
    const standing: string[] = [];
    for (const key of keys) if (await isCharged(key)) standing.push(key);
    return standing.slice(keepsOne ? 1 : 0);
  },
  async correctLog(orderId, { keepsOne, attempt }) {
    const effective = await effectiveCalls(orderId);
    const times = (name: string) => effective.filter(({ call }) => call === name).length;
    const surplus = times('charge') - times('refund') - (keepsOne ? 1 : 0);
    const charges = effective.filter(({ call }) => call === 'charge');
    for (let number = 0; number < surplus; number += 1) {
      const key = charges.at(-1 - number)?.key ?? paymentKey(orderId);
      const call = { call: 'refund', attempt: { key, number: attempt }, effective: true };
      const { TableName, Item } = callItem(orderId, call);
      // As many refunds as there are now make its name: what a retry finds done is counted among them.
      const callId = `effect#refund-surplus-${times('refund') + number + 1}`;
      await documents.send(new PutCommand({ TableName, Item: { ...Item, callId } }));
    }
    return surplus > 0;
  },
  async settlePoints({ orderId, customerId }, { points, credit }) {
    const [due = 0] = points;
    const key = { customerId, entry: pointsEntry(orderId) };
    const get = new GetCommand({ TableName: loyalty(), Key: key, ConsistentRead: true });
    const { Item } = await documents.send(get);
    const has = Number(Item?.['points'] ?? 0);
    const isWrong = !points.includes(has);
    if (isWrong && !Item) await credit();
    else if (isWrong) await changeEntry(key, { from: has, to: due });
    return (await addUp(customerId)) || isWrong;
  },
};

async function effectiveCalls(orderId: string): Promise<{ call: string; key: string }[]> {
  const found: { call: string; key: string }[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new QueryCommand({
        TableName: calls(),
        ConsistentRead: true,
        KeyConditionExpression: 'orderId = :id',
        FilterExpression: 'effective = :true',
        ExpressionAttributeValues: { ':id': orderId, ':true': true },
        ExclusiveStartKey,
      }),
    );
    for (const { call, key } of page.Items ?? []) {
      found.push({ call: String(call), key: String(key) });
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return found;
}

async function isCharged(idempotencyKey: string): Promise<boolean> {
  const Key = { idempotencyKey };
  const { Item } = await documents.send(
    new GetCommand({ TableName: payments(), Key, ConsistentRead: true }),
  );
  return Item?.['state'] === 'charged';
}

/** The entry and the balance with it, in one transaction. */
async function changeEntry(
  { customerId, entry }: { readonly customerId: string; readonly entry: string },
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const changed = {
    TableName: loyalty(),
    Key: { customerId, entry },
    UpdateExpression: 'SET points = :to',
    ConditionExpression: 'points = :from',
    ExpressionAttributeValues: { ':from': from, ':to': to },
  };
  const balance = {
    TableName: loyalty(),
    Key: { customerId, entry: 'balance' },
    UpdateExpression: 'ADD points :more',
    ExpressionAttributeValues: { ':more': to - from },
  };
  await transact([{ Update: changed }, { Update: balance }], `${entry}/settle`);
}

/** Makes the balance the sum of the entries. Whether it was another. */
async function addUp(customerId: string): Promise<boolean> {
  for (let left = tries; ; left -= 1) {
    const { balance, sum } = await account(customerId);
    if ((balance ?? 0) === sum) return false;
    try {
      await documents.send(
        new UpdateCommand({
          TableName: loyalty(),
          Key: { customerId, entry: 'balance' },
          UpdateExpression: 'SET points = :sum',
          // Every entry comes with a change of the balance: one that is new since is not lost.
          ConditionExpression:
            balance === undefined ? 'attribute_not_exists(points)' : 'points = :balance',
          ExpressionAttributeValues: {
            ':sum': sum,
            ...(balance !== undefined && { ':balance': balance }),
          },
        }),
      );
      return true;
    } catch (error) {
      if (!isConditionFailed(error) || left === 1) throw error;
    }
  }
}

async function account(customerId: string): Promise<{ balance: number | undefined; sum: number }> {
  let balance: number | undefined;
  let sum = 0;
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new QueryCommand({
        TableName: loyalty(),
        ConsistentRead: true,
        KeyConditionExpression: 'customerId = :id',
        ExpressionAttributeValues: { ':id': customerId },
        ExclusiveStartKey,
      }),
    );
    for (const { entry, points } of page.Items ?? []) {
      if (entry === 'balance') balance = Number(points);
      else sum += Number(points);
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return { balance, sum };
}
