import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import type { Fixture } from '../local/dynamodb/fixture.ts';
import { startTables } from './stack-tables.ts';

let fixture: Fixture;
let handler: typeof import('../../functions/order-status/handler.ts').handler;

beforeAll(async () => {
  fixture = await startTables();
  // Imported after the environment is set, because the client of the function reads it.
  ({ handler } = await import('../../functions/order-status/handler.ts'));
});
afterAll(() => fixture.close());

const placed: OrderRecord = {
  orderId: 'order-1',
  status: 'validated',
  customerId: 'C',
  customerEmail: 'c@example.com',
  customerPhone: '+1 555 0100',
  items: [{ productId: 'P', name: 'Thing', quantity: 1, price: 9.99 }],
  total: 9.99,
  transitions: [{ status: 'validated', at: '2026-11-25T00:00:00.000Z' }],
  executionArn: 'arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/order-1/a',
  createdAt: '2026-11-25T00:00:00.000Z',
  updatedAt: '2026-11-25T00:00:01.000Z',
  listing: '2026-11-25#1',
};

const store = (record: OrderRecord) =>
  DynamoDBDocumentClient.from(fixture.client).send(
    new PutCommand({ TableName: 'OrdersTable', Item: record }),
  );

async function get(orderId?: string) {
  const response = await handler({ pathParameters: orderId === undefined ? null : { orderId } });
  return { status: response.statusCode, body: JSON.parse(response.body) };
}

it('returns the order without internal fields', async () => {
  await store(placed);
  const { status, body } = await get('order-1');
  expect(status).toBe(200);
  expect(body).toEqual({
    orderId: 'order-1',
    status: 'validated',
    customerId: 'C',
    customerEmail: 'c@example.com',
    total: 9.99,
    items: placed.items,
    createdAt: placed.createdAt,
    lastUpdated: placed.updatedAt,
    transitions: placed.transitions,
  });
});

it('returns the failure of a failed order', async () => {
  const failure = { stage: 'fraud-check', code: 'fraud-suspected', message: 'No' } as const;
  await store({ ...placed, orderId: 'order-2', status: 'failed', failure });
  expect((await get('order-2')).body).toMatchObject({ errorMessage: 'No', failure });
});

it('responds with 404 and the id to an unknown order', async () => {
  expect(await get('nope')).toEqual({
    status: 404,
    body: { error: 'Order not found', orderId: 'nope' },
  });
});

it.each([undefined, '', 'a b', 'a/b', 'x'.repeat(65)])(
  'responds with 400 to the id %j',
  async (id) => {
    expect((await get(id)).status).toBe(400);
  },
);

describe('if the table cannot be read', () => {
  it('responds with 500 without details', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const table = process.env['ORDERS_TABLE'];
    process.env['ORDERS_TABLE'] = 'gone';
    const response = await get('order-1');
    process.env['ORDERS_TABLE'] = table;
    expect(response).toEqual({ status: 500, body: { error: 'Failed to get order status' } });
    expect(logged).toHaveBeenCalledOnce();
    logged.mockRestore();
  });
});
