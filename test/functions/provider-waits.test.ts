import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import type { ProviderWait } from '../../functions/contract/providers.ts';
import { samples } from '../../functions/contract/samples.ts';
import type { ProviderWaits } from '../../functions/order-workflow/patience.ts';
import type { Orders, PlacedOrder } from '../../functions/order-workflow/ports.ts';
import type { Fixture } from '../local/dynamodb/fixture.ts';
import { startTables } from './stack-tables.ts';

let fixture: Fixture;
let documents: DynamoDBDocumentClient;
let orders: Orders;
let waits: ProviderWaits;

beforeAll(async () => {
  fixture = await startTables();
  documents = DynamoDBDocumentClient.from(fixture.client);
  // Imported after the environment is set, because the client of the functions reads it.
  const services = '../../functions/order-workflow/services';
  ({ ordersTable: orders } = await import(`${services}/orders-table.ts`));
  ({ providerWaits: waits } = await import(`${services}/provider-waits.ts`));
});
afterAll(() => fixture.close());

const wait = (attempt: number, failedAt = '2026-11-22T08:00:00.000Z'): ProviderWait => ({
  provider: 'payments',
  stage: 'process-payment',
  attempt,
  failedAt,
  delaySeconds: 60,
});

async function place(orderId: string): Promise<PlacedOrder> {
  const { low: order } = samples;
  if (!order) throw new Error('there is no sample low');
  const placed = { orderId, order, totalMinor: 9198 };
  await orders.place(placed, `arn/${orderId}/one`);
  return placed;
}

const record = (orderId: string, entry: ProviderWait, unlessCancelled = true) =>
  waits.record(orderId, entry, { unlessCancelled });

async function read(orderId: string) {
  const { Item } = await documents.send(
    new GetCommand({ TableName: 'OrdersTable', Key: { orderId } }),
  );
  return Item as OrderRecord | undefined;
}

const set = (orderId: string, field: string) =>
  documents.send(
    new UpdateCommand({
      TableName: 'OrdersTable',
      Key: { orderId },
      UpdateExpression: 'SET #field = :value',
      ExpressionAttributeNames: { '#field': field },
      ExpressionAttributeValues: { ':value': { at: '2026-11-22T08:00:00.000Z' } },
    }),
  );

it('records each failed attempt, and when the wait began, without a change of the status', async () => {
  await place('waits');
  await record('waits', wait(5));
  await record('waits', wait(6, '2026-11-22T08:01:00.000Z'));
  expect(await read('waits')).toMatchObject({
    status: 'validated',
    waitingFor: wait(6, '2026-11-22T08:01:00.000Z'),
    waitingSince: '2026-11-22T08:00:00.000Z',
    updatedAt: '2026-11-22T08:01:00.000Z',
  });
});

it('ends the wait with the next status, and when the order is closed', async () => {
  const placed = await place('moves-on');
  await record('moves-on', wait(5));
  const stageRecord = { statuses: ['payment-processed'] as const, calls: [], written: false };
  await orders.advance('moves-on', { key: 'k', number: 5, record: stageRecord });
  expect(await read('moves-on')).not.toHaveProperty('waitingFor');
  await record('moves-on', wait(6));
  await orders.cancel(placed, { undos: [], warnings: [] });
  const closed = await read('moves-on');
  expect(closed?.status).toBe('cancelled');
  expect(closed).not.toHaveProperty('waitingFor');
  expect(closed).not.toHaveProperty('waitingSince');
});

it('records nothing for an order that has ended or does not exist', async () => {
  const placed = await place('ended');
  await orders.cancel(placed, { undos: [], warnings: [] });
  const before = await read('ended');
  await record('ended', wait(5));
  expect(await read('ended')).toEqual(before);
  await set('ended', 'cancelRequested');
  await expect(record('ended', wait(6))).resolves.toBeUndefined();
  await record('unknown', wait(5));
  expect(await read('unknown')).toBeUndefined();
});

it('cancels an order whose cancellation was requested, unless its hand-over has begun', async () => {
  await place('cancelled');
  await set('cancelled', 'cancelRequested');
  await expect(record('cancelled', wait(5))).rejects.toMatchObject({
    name: 'OrderCancelled',
  });
  await set('cancelled', 'handOver');
  await record('cancelled', wait(5));
  expect(await read('cancelled')).toMatchObject({ waitingFor: { attempt: 5 } });
});

it('records the wait for the notification of a cancellation', async () => {
  await place('closing');
  await set('closing', 'cancelRequested');
  await record('closing', wait(5), false);
  expect(await read('closing')).toMatchObject({ waitingFor: { attempt: 5 } });
});

it('removes a wait once, and creates no partial item', async () => {
  await place('cleared');
  await record('cleared', wait(5));
  await waits.clear('cleared');
  const cleared = await read('cleared');
  expect(cleared).not.toHaveProperty('waitingFor');
  expect(cleared).not.toHaveProperty('waitingSince');
  await waits.clear('cleared');
  await waits.clear('unknown');
  expect([await read('cleared'), await read('unknown')]).toEqual([cleared, undefined]);
});
