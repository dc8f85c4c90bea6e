/** What the tables hold about orders besides their rows: payments, calls of providers, loyalty points. */
import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import { paymentKey, pointsEntry } from '../../../functions/contract/expected-side-effects.ts';
import { toMinor } from '../../../functions/contract/order.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { readItems } from '../lookup/batch-get.ts';
import { atOnce } from '../requests/for-each-concurrent.ts';
import { patiently } from '../requests/retry-transient.ts';

export interface Payment {
  /** Its idempotency key: `orderId/stageId`. */
  readonly key: string;
  readonly state: string;
  readonly amountMinor: number;
}

/** A call that took effect at its provider. */
export interface EffectiveCall {
  readonly call: string;
  readonly key: string;
  /** RFC 3339 UTC. */
  readonly at: string;
}

/** Everything that the tables hold about one order. */
export interface OrderBooks {
  readonly orderId: string;
  readonly record: OrderRecord;
  readonly payments: readonly Payment[];
  /** The oldest first. */
  readonly calls: readonly EffectiveCall[];
  /** What it was credited with; absent without an entry. */
  readonly points?: number;
}

/** Queries that are under way at once. */
const atATime = 16;
/** A scan for payments under foreign keys reads so many pages of a megabyte, some 400,000 payments. */
const mostPages = 50;

/** The books of orders by their ids, consistently read: what an order's row says has happened, they hold already. */
export async function readBooks(
  target: Target,
  outputs: StackOutputs,
  records: Iterable<OrderRecord>,
): Promise<Map<string, OrderBooks>> {
  const orders = [...records];
  const calls = new Map<string, readonly EffectiveCall[]>();
  const [points] = await Promise.all([
    readPoints(target, outputs, orders),
    atOnce(orders, atATime, async ({ orderId }) => {
      calls.set(orderId, await readCalls(target, outputs, orderId));
    }),
  ]);
  const keys = orders.flatMap(({ orderId }) => [
    paymentKey(orderId),
    ...(calls.get(orderId) ?? []).flatMap(({ call, key }) => (call === 'charge' ? [key] : [])),
  ]);
  const payments = Map.groupBy(await readPayments(target, outputs, keys), ({ key }) =>
    ownerOf(key),
  );
  return new Map(
    orders.map((record) => {
      const { orderId } = record;
      const credited = points.get(orderId);
      return [
        orderId,
        {
          orderId,
          record,
          payments: payments.get(orderId) ?? [],
          calls: calls.get(orderId) ?? [],
          ...(credited === undefined ? {} : { points: credited }),
        },
      ];
    }),
  );
}

/** Adds the payments of orders that lie under keys that are neither theirs nor in the log. */
export function withPayments(books: OrderBooks, more: readonly Payment[]): OrderBooks {
  const known = new Set(books.payments.map(({ key }) => key));
  const strays = more.filter(({ key }) => !known.has(key));
  return strays.length === 0 ? books : { ...books, payments: [...books.payments, ...strays] };
}

/** The payments with these keys that there are. */
async function readPayments(
  target: Target,
  outputs: StackOutputs,
  keys: Iterable<string>,
): Promise<Payment[]> {
  const items = await readItems(target, output(outputs, names.paymentsTable), {
    keys: [...new Set(keys)].map((idempotencyKey) => ({ idempotencyKey })),
  });
  return items.map(paymentOf);
}

/** Payments under other keys than their orders', by order. */
export interface Strays {
  readonly byOrder: ReadonlyMap<string, readonly Payment[]>;
  /** False when the table is too large to be read here. */
  readonly complete: boolean;
}

/** Where the payments are not in the table. */
export const noStrays: Strays = { byOrder: new Map(), complete: true };

/** An order's books with its payments among `strays`. */
export function withStrays(books: OrderBooks, strays: Strays): OrderBooks {
  return withPayments(books, strays.byOrder.get(books.orderId) ?? []);
}

/** Looks for payments under foreign keys in the whole table. */
export async function findStrayPayments(target: Target, outputs: StackOutputs): Promise<Strays> {
  const { ScanCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  const strays: Payment[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  let pages = 0;
  do {
    const command = new ScanCommand({
      TableName: output(outputs, names.paymentsTable),
      ExclusiveStartKey,
    });
    const page = await patiently(() => tables.send(command));
    pages += 1;
    ExclusiveStartKey = page.LastEvaluatedKey;
    for (const payment of (page.Items ?? []).map(paymentOf)) {
      if (payment.key !== paymentKey(ownerOf(payment.key))) strays.push(payment);
    }
  } while (ExclusiveStartKey && pages < mostPages);
  return { byOrder: Map.groupBy(strays, ({ key }) => ownerOf(key)), complete: !ExclusiveStartKey };
}

/** The order that a key is of. */
const ownerOf = (key: string) => key.split('/', 1)[0] ?? key;

function paymentOf(item: Readonly<Record<string, unknown>>): Payment {
  const { idempotencyKey, state, amount } = item;
  return {
    key: String(idempotencyKey),
    state: String(state),
    amountMinor: toMinor(Number(amount)),
  };
}

/** The calls of an order that took effect. */
export async function readCalls(
  target: Target,
  outputs: StackOutputs,
  orderId: string,
): Promise<EffectiveCall[]> {
  const { QueryCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  const calls: EffectiveCall[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const command = new QueryCommand({
      TableName: output(outputs, names.providerCallsTable),
      ConsistentRead: true,
      KeyConditionExpression: 'orderId = :id',
      FilterExpression: 'effective = :true',
      ExpressionAttributeValues: { ':id': orderId, ':true': true },
      ExclusiveStartKey,
    });
    const page = await patiently(() => tables.send(command));
    for (const { call, key, at } of page.Items ?? []) {
      calls.push({ call: String(call), key: String(key), at: String(at) });
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return calls.sort((a, b) => (a.at < b.at ? -1 : 1));
}

async function readPoints(
  target: Target,
  outputs: StackOutputs,
  orders: readonly Pick<OrderRecord, 'orderId' | 'customerId'>[],
): Promise<Map<string, number>> {
  const items = await readItems(target, output(outputs, names.loyaltyTable), {
    keys: orders.map(({ orderId, customerId }) => ({ customerId, entry: pointsEntry(orderId) })),
  });
  return new Map(
    items.map(({ entry, points }) => [String(entry).slice(pointsEntry('').length), Number(points)]),
  );
}
