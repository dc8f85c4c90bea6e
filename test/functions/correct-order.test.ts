import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { loyaltyBalanceKey, loyaltyEntryKey, paymentKey } from '../../functions/contract/tables.ts';

import type { CorrectionRequest } from '../../functions/order-recovery/correct-order.ts';
import { auditSideEffects } from '../../src/orders/verify/audit-side-effects.ts';
import {
  type OrderSideEffects,
  readSideEffects,
} from '../../src/orders/verify/order-side-effects.ts';
import { type Orders, order, startOrders } from '../orders/orders-table.ts';
import { continues, dies, execute } from './durable-service.ts';

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

/** Creates an order with its payment, and with its points if it has completed. */
async function place(orderId: string, more: Partial<OrderRecord>): Promise<void> {
  await orders.put([order(orderId, at, more)]);
  await charged(orderId);
  await called(orderId, 'charge');
  if (more.status !== 'completed') return;
  await put('LoyaltyTable', { customerId, entry: loyaltyEntryKey(orderId), points: 9 });
  await tables.send(
    new UpdateCommand({
      TableName: 'LoyaltyTable',
      Key: loyaltyBalanceKey(customerId),
      UpdateExpression: 'ADD points :nine',
      ExpressionAttributeValues: { ':nine': 9 },
    }),
  );
}

/** Corrects the order in an environment that dies after every checkpoint. */
async function correct(orderId: string, payments: readonly string[] = []) {
  const [
    { correctOrder },
    { services },
    { sideEffectCorrections: corrections },
    { readOrder: read },
  ] = await Promise.all([
    import('../../functions/order-recovery/correct-order.ts'),
    import('../../functions/order-workflow/services/services.ts'),
    import('../../functions/order-recovery/side-effect-corrections.ts'),
    import('../../functions/shared/tables/orders.ts'),
  ]);
  let checkpoints = 0;
  const { result } = await execute(
    () => (event, context) =>
      correctOrder(event as CorrectionRequest, context, { ports: services, read, corrections }),
    {
      arn: `arn:aws:lambda:us-east-2:0:function:f:1/durable-execution/settle-${orderId}/1`,
      event: { settle: { orderId, payments } },
      decide: () => {
        checkpoints += 1;
        return checkpoints % 2 === 0 ? dies : continues;
      },
    },
  );
  return result;
}

async function booksOf(orderId: string): Promise<OrderSideEffects | undefined> {
  const found = await tables.send(new GetCommand({ TableName: 'OrdersTable', Key: { orderId } }));
  const record = found.Item as OrderRecord;
  return (await readSideEffects({ target: orders.target, outputs }, [record])).get(orderId);
}

async function problems(orderId: string): Promise<string[]> {
  const books = await booksOf(orderId);
  return books ? auditSideEffects(books, { payments: true }).map(({ kind }) => kind) : ['lost'];
}

const pointsOf = async (entry: string) =>
  (await tables.send(new GetCommand({ TableName: 'LoyaltyTable', Key: { customerId, entry } })))
    .Item?.['points'];

it('changes nothing if the side effects are correct', async () => {
  await place('fine', { status: 'completed', reservation: 'handed-over' });
  expect(await correct('fine')).toEqual({ orderId: 'fine', settled: [] });
  expect(await problems('fine')).toEqual([]);
});

it('refunds duplicate payments of a completed order once', async () => {
  await place('twice', { status: 'completed', reservation: 'handed-over' });
  await charged('twice', 'twice/again');
  await charged('another', 'another/again');
  const keys = ['twice/again', 'another/again'];
  expect(await correct('twice', keys)).toMatchObject({ settled: ['payments'] });
  expect(await correct('twice', keys)).toMatchObject({ settled: [] });
  expect(await problems('twice')).toEqual([]);
  const { payments = [] } = (await booksOf('twice')) ?? {};
  expect(payments.filter(({ state }) => state === 'charged')).toHaveLength(1);
  const theirs = { TableName: 'PaymentsTable', Key: { idempotencyKey: 'another/again' } };
  expect((await tables.send(new GetCommand(theirs))).Item?.['state']).toBe('charged');
});

it('logs a refund for a second charge in the log of the provider', async () => {
  await place('logged', { status: 'completed', reservation: 'handed-over' });
  await called('logged', 'charge', 'second');
  expect(await problems('logged')).toEqual(['charged-twice']);
  expect(await correct('logged')).toMatchObject({ settled: ['payments'] });
  expect(await correct('logged')).toMatchObject({ settled: [] });
  expect(await problems('logged')).toEqual([]);
});

it('refunds the payment and releases the stock of a failed order once', async () => {
  await place('failed', { status: 'failed', reservation: 'held' });
  expect(await correct('failed')).toMatchObject({ settled: ['payments', 'stock'] });
  expect(await correct('failed')).toMatchObject({ settled: [] });
  expect(await problems('failed')).toEqual([]);
  const key = { TableName: 'ProductsTable', Key: { productId: 'BOOK-001' } };
  const { Item } = await tables.send(new GetCommand(key));
  expect(Item).toMatchObject({ available: 102, reserved: 8 });
});

it('corrects the points of an order and the balance once', async () => {
  const before = Number(await pointsOf('balance'));
  await place('unpointed', { status: 'completed', reservation: 'handed-over' });
  await put('LoyaltyTable', { customerId, entry: loyaltyEntryKey('unpointed'), points: 18 });
  expect(await correct('unpointed')).toMatchObject({ settled: ['points'] });
  expect(await correct('unpointed')).toMatchObject({ settled: [] });
  expect([await pointsOf(loyaltyEntryKey('unpointed')), await pointsOf('balance')]).toEqual([
    9,
    before + 9,
  ]);
});

it.each([
  ['a flagged order', { status: 'failed', flagged: true, reservation: 'held' }],
  ['a running order', { status: 'awaiting-warehouse', reservation: 'held' }],
] as const)('refunds only duplicate payments of %s', async (_, more) => {
  const id = more.status;
  await place(`open-${id}`, more);
  expect(await correct(`open-${id}`)).toMatchObject({ settled: [] });
  await charged(`open-${id}`, `open-${id}/again`);
  expect(await correct(`open-${id}`, [`open-${id}/again`])).toMatchObject({
    settled: ['payments'],
  });
  const { payments = [], record } = (await booksOf(`open-${id}`)) ?? {};
  expect(payments.map(({ state }) => state)).toEqual(['charged']);
  expect(record?.reservation).toBe('held');
});

it('does nothing if the order does not exist', async () => {
  expect(await correct('nobody')).toEqual({ orderId: 'nobody', settled: [] });
});
