import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callsWithStatuses, recordedCalls } from '../../functions/contract/recorded-calls.ts';
import { samples } from '../../functions/contract/samples.ts';
import { effectKey, providerEffectKey } from '../../functions/contract/tables.ts';
import { type StepId, statusesRecordedBy } from '../../functions/contract/workflow.ts';
import { OrderCancelled } from '../../functions/order-workflow/failures.ts';
import type { PlacedOrder, Ports, StageAttempt } from '../../functions/order-workflow/ports.ts';
import type { Fixture } from '../local/dynamodb/fixture.ts';
import { startTables } from './stack-tables.ts';

let fixture: Fixture;
let documents: DynamoDBDocumentClient;
let services: Ports;
let readOrder: typeof import('../../functions/shared/tables/orders.ts').readOrder;
let updateOrder: typeof import('../../functions/shared/tables/orders.ts').updateOrder;

beforeAll(async () => {
  fixture = await startTables();
  documents = DynamoDBDocumentClient.from(fixture.client);
  // Imported after the environment is set, because the client of the functions reads it.
  ({ services } = await import('../../functions/order-workflow/services/services.ts'));
  ({ readOrder, updateOrder } = await import('../../functions/shared/tables/orders.ts'));
});
afterAll(() => fixture.close());

async function place(orderId: string): Promise<PlacedOrder> {
  const placed = { orderId, order: samples['low'], totalMinor: 9198 } as PlacedOrder;
  await services.orders.place(placed, `arn/${orderId}/1`);
  return placed;
}

function attemptAt(id: StepId, { orderId }: PlacedOrder, number = 1): StageAttempt {
  const record = { statuses: statusesRecordedBy(id), calls: [], written: false };
  return { key: effectKey(orderId, id), number, record };
}

/** Issues the invoice and records it, as the workflow does in one step. */
async function issueInvoice(placed: PlacedOrder, number = 1): Promise<void> {
  const attempt = attemptAt('generate-invoice', placed, number);
  await services.invoices.issue(placed, attempt);
  await services.orders.advance(placed.orderId, attempt);
}

const voidInvoice = (placed: PlacedOrder) =>
  services.invoices.void(placed, attemptAt('generate-invoice', placed));

/** Reads the logged calls: `name`, or `(name)` for a call without a side effect. */
async function loggedCalls(orderId: string): Promise<string[]> {
  const { Items = [] } = await documents.send(
    new QueryCommand({
      TableName: 'ProviderCallsTable',
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': orderId },
    }),
  );
  const names = Items.map(({ call, effective }): string => (effective ? call : `(${call})`));
  return names.sort();
}

it('records a call with the statuses of its stage, in one write', async () => {
  const placed = await place('one-write');
  const attempt = attemptAt('generate-invoice', placed);
  await services.invoices.issue(placed, attempt);
  expect((await readOrder('one-write'))?.calls).toBeUndefined();
  await services.orders.advance('one-write', attempt);
  const order = await readOrder('one-write');
  if (!order) throw new Error('the order was not written');
  const [, issued, waiting] = order.transitions;
  expect([issued?.status, waiting?.status]).toEqual(['invoice-generated', 'awaiting-warehouse']);
  expect(recordedCalls(order)).toEqual([
    { call: 'generate-invoice', key: 'one-write/generate-invoice', at: issued?.at },
  ]);
  expect(await loggedCalls('one-write')).toEqual([]);
});

it('only logs a call that is repeated, and changes nothing on the order', async () => {
  const placed = await place('repeated');
  await issueInvoice(placed);
  const before = await readOrder('repeated');
  await issueInvoice(placed, 2);
  expect(await readOrder('repeated')).toEqual(before);
  expect(await loggedCalls('repeated')).toEqual(['(generate-invoice)']);
});

it('records a call without a status once: the fraud check of an order that needs a review', async () => {
  const placed = await place('in-review');
  for (const number of [1, 2]) {
    const attempt = attemptAt('fraud-check', placed, number);
    await services.risk.checkFraud(placed, attempt);
    attempt.record.statuses = [];
    await services.orders.advance('in-review', attempt);
  }
  expect(await readOrder('in-review')).toMatchObject({
    status: 'validated',
    calls: ['fraud-check'],
  });
  expect(await loggedCalls('in-review')).toEqual(['(fraud-check)']);
});

it('records neither call nor status of an order whose cancellation was requested', async () => {
  const placed = await place('cancelled');
  await updateOrder('cancelled', {
    UpdateExpression: 'SET cancelRequested = :request',
    ExpressionAttributeValues: { ':request': { at: '2026-11-29T12:00:00.000Z' } },
  });
  await expect(issueInvoice(placed)).rejects.toThrow(OrderCancelled);
  const order = await readOrder('cancelled');
  expect([order?.status, order?.calls]).toEqual(['validated', undefined]);
  await voidInvoice(placed);
  expect(await loggedCalls('cancelled')).toEqual(['(void-invoice)']);
});

it('undoes a recorded call once', async () => {
  const placed = await place('undone');
  await issueInvoice(placed);
  await voidInvoice(placed);
  await voidInvoice(placed);
  expect(await loggedCalls('undone')).toEqual(['(void-invoice)', 'void-invoice']);
});

it('undoes a call once that an earlier version of the workflow recorded outside the order', async () => {
  const placed = await place('earlier');
  const Item = {
    ...providerEffectKey('earlier', 'generate-invoice'),
    call: 'generate-invoice',
    key: 'earlier/generate-invoice',
    attempt: 1,
    effective: true,
    at: '2026-11-29T12:00:00.000Z',
  };
  await documents.send(new PutCommand({ TableName: 'ProviderCallsTable', Item }));
  await voidInvoice(placed);
  await voidInvoice(placed);
  expect(await loggedCalls('earlier')).toEqual([
    '(void-invoice)',
    'generate-invoice',
    'void-invoice',
  ]);
});

it('knows the calls that belong to the statuses of a lost order', () => {
  const at = '2026-11-29T12:00:00.000Z';
  const transitions = (
    [
      'validated',
      'inventory-checked',
      'payment-processed',
      'inventory-reserved',
      'fraud-checked',
      'invoice-generated',
      'awaiting-warehouse',
      'items-picked',
    ] as const
  ).map((status) => ({ status, at }));
  expect(callsWithStatuses(transitions)).toEqual([
    'check-inventory',
    'fraud-check',
    'generate-invoice',
    'pick-items',
  ]);
});
