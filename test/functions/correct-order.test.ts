import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { paymentKey, pointsEntry } from '../../functions/contract/expected-side-effects.ts';
import type { SettleRequest } from '../../functions/order-recovery/correct-order.ts';
import { auditBooks } from '../../src/orders/verify/audit-side-effects.ts';
import { type OrderBooks, readBooks } from '../../src/orders/verify/order-side-effects.ts';
import { type Orders, order, startOrders } from '../orders/orders-table.ts';
import { dies, execute, goesOn } from './durable-service.ts';

const outputs = {
  PaymentsTableName: 'PaymentsTable',
  ProviderCallsTableName: 'ProviderCallsTable',
  LoyaltyTableName: 'LoyaltyTable',
};
const at = '2026-11-22T08:12:05.000Z';
const customerId = 'CUST-001';
let orders: Orders;
let tables: DynamoDBDocumentClient;

beforeAll(async () => {
  orders = await startOrders();
  tables = await orders.target.clients.dynamodb();
  await put('ProductsTable', { productId: 'BOOK-001', available: 100, reserved: 10, sold: 0 });
});
afterAll(() => orders.close());

const put = (TableName: string, Item: Record<string, unknown>) =>
  tables.send(new PutCommand({ TableName, Item }));
const charged = (orderId: string, idempotencyKey = paymentKey(orderId)) =>
  put('PaymentsTable', { idempotencyKey, paymentId: 'P', state: 'charged', amount: 91.98 });
const called = (orderId: string, call: string, id = call) =>
  put('ProviderCallsTable', {
    orderId,
    callId: id,
    call,
    key: paymentKey(orderId),
    effective: true,
    at,
  });

/** An order with its charge and its points, as it has them when it ends. */
async function place(orderId: string, more: Partial<OrderRecord>): Promise<void> {
  await orders.put([order(orderId, at, more)]);
  await charged(orderId);
  await called(orderId, 'charge');
  if (more.status !== 'completed') return;
  await put('LoyaltyTable', { customerId, entry: pointsEntry(orderId), points: 9 });
  await tables.send(
    new UpdateCommand({
      TableName: 'LoyaltyTable',
      Key: { customerId, entry: 'balance' },
      UpdateExpression: 'ADD points :nine',
      ExpressionAttributeValues: { ':nine': 9 },
    }),
  );
}

/** Settles the order in an environment that dies after every checkpoint. */
async function settle(orderId: string, payments: readonly string[] = []) {
  const [{ settleOrder }, { services }, { tableBooks: books }, { readOrder: read }] =
    await Promise.all([
      import('../../functions/order-recovery/correct-order.ts'),
      import('../../functions/order-workflow/services/services.ts'),
      import('../../functions/order-recovery/side-effect-corrections.ts'),
      import('../../functions/order-recovery/orders-table.ts'),
    ]);
  let checkpoints = 0;
  const { result } = await execute(
    () => (event, context) =>
      settleOrder(event as SettleRequest, context, { ports: services, read, books }),
    {
      arn: `arn:aws:lambda:us-east-2:0:function:f:1/durable-execution/settle-${orderId}/1`,
      event: { settle: { orderId, payments } },
      fate: () => {
        checkpoints += 1;
        return checkpoints % 2 === 0 ? dies : goesOn;
      },
    },
  );
  return result;
}

async function booksOf(orderId: string): Promise<OrderBooks | undefined> {
  const found = await tables.send(new GetCommand({ TableName: 'OrdersTable', Key: { orderId } }));
  const record = found.Item as OrderRecord;
  return (await readBooks(orders.target, outputs, [record])).get(orderId);
}

async function problems(orderId: string): Promise<string[]> {
  const books = await booksOf(orderId);
  return books ? auditBooks(books, { payments: true }).map(({ kind }) => kind) : ['lost'];
}

const pointsOf = async (entry: string) =>
  (await tables.send(new GetCommand({ TableName: 'LoyaltyTable', Key: { customerId, entry } })))
    .Item?.['points'];

it('leaves an order alone whose books add up', async () => {
  await place('fine', { status: 'completed', reservation: 'handed-over' });
  expect(await settle('fine')).toEqual({ orderId: 'fine', settled: [] });
  expect(await problems('fine')).toEqual([]);
});

it('refunds every payment but one of a completed order, however often it is asked', async () => {
  await place('twice', { status: 'completed', reservation: 'handed-over' });
  await charged('twice', 'twice/again');
  await charged('another', 'another/again');
  const asked = ['twice/again', 'another/again'];
  expect(await settle('twice', asked)).toMatchObject({ settled: ['payments'] });
  expect(await settle('twice', asked)).toMatchObject({ settled: [] });
  expect(await problems('twice')).toEqual([]);
  const { payments = [] } = (await booksOf('twice')) ?? {};
  expect(payments.filter(({ state }) => state === 'charged')).toHaveLength(1);
  const theirs = { TableName: 'PaymentsTable', Key: { idempotencyKey: 'another/again' } };
  expect((await tables.send(new GetCommand(theirs))).Item?.['state']).toBe('charged');
});

it('gives back in the log what its provider charged a second time', async () => {
  await place('logged', { status: 'completed', reservation: 'handed-over' });
  await called('logged', 'charge', 'second');
  expect(await problems('logged')).toEqual(['charged-twice']);
  expect(await settle('logged')).toMatchObject({ settled: ['payments'] });
  expect(await settle('logged')).toMatchObject({ settled: [] });
  expect(await problems('logged')).toEqual([]);
});

it('refunds and releases what a failed order still has, once', async () => {
  await place('failed', { status: 'failed', reservation: 'held' });
  expect(await settle('failed')).toMatchObject({ settled: ['payments', 'stock'] });
  expect(await settle('failed')).toMatchObject({ settled: [] });
  expect(await problems('failed')).toEqual([]);
  const key = { TableName: 'ProductsTable', Key: { productId: 'BOOK-001' } };
  const { Item } = await tables.send(new GetCommand(key));
  expect(Item).toMatchObject({ available: 102, reserved: 8 });
});

it('credits missing points once, corrects wrong ones, and adds the balance up', async () => {
  const before = Number(await pointsOf('balance'));
  await place('unpointed', { status: 'completed', reservation: 'handed-over' });
  await put('LoyaltyTable', { customerId, entry: pointsEntry('unpointed'), points: 18 });
  expect(await settle('unpointed')).toMatchObject({ settled: ['points'] });
  expect(await settle('unpointed')).toMatchObject({ settled: [] });
  expect([await pointsOf(pointsEntry('unpointed')), await pointsOf('balance')]).toEqual([
    9,
    before + 9,
  ]);
});

it.each([
  ['a flagged order', { status: 'failed', flagged: true, reservation: 'held' }],
  ['one on its way', { status: 'awaiting-warehouse', reservation: 'held' }],
] as const)('takes nothing from %s but what was charged twice', async (_, more) => {
  const id = more.status;
  await place(`open-${id}`, more);
  expect(await settle(`open-${id}`)).toMatchObject({ settled: [] });
  await charged(`open-${id}`, `open-${id}/again`);
  expect(await settle(`open-${id}`, [`open-${id}/again`])).toMatchObject({ settled: ['payments'] });
  const { payments = [], record } = (await booksOf(`open-${id}`)) ?? {};
  expect(payments.map(({ state }) => state)).toEqual(['charged']);
  expect(record?.reservation).toBe('held');
});

it('does nothing about an order that is not there', async () => {
  expect(await settle('nobody')).toEqual({ orderId: 'nobody', settled: [] });
});
