import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetDurableExecutionHistoryCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stages, statuses } from '../../functions/contract/workflow.ts';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import { readJson } from '../support/json.ts';
import type { Project } from '../support/project.ts';
import { openSharedProject } from '../support/shared-project.ts';

let project: Project;
let url: string;
let api: string;
let callsTable: string;

const config = () => ({
  endpoint: url,
  region: 'us-east-2',
  credentials: projectCredentials(project.root),
});

beforeAll(async () => {
  // The long run kills the runtime.
  const deployed = await (full
    ? createDeployedProject('--time-scale', '240')
    : openSharedProject());
  project = deployed;
  const { outputs } = deployed;
  ({ url } = await project.runJson('local', 'status'));
  api = outputs.OrderApiEndpoint;
  callsTable = outputs.ProviderCallsTableName;
});
afterAll(() => project.close());

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${api}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function history(executionArn: string) {
  const lambda = new LambdaClient(config());
  const { Events = [] } = await lambda.send(
    new GetDurableExecutionHistoryCommand({ DurableExecutionArn: executionArn, MaxItems: 1000 }),
  );
  return Events;
}

async function providerCalls(orderId: string) {
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(config()));
  const { Items = [] } = await tables.send(
    new QueryCommand({
      TableName: callsTable,
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': orderId },
    }),
  );
  return Items;
}

const effectiveCharges = (calls: Record<string, unknown>[]) =>
  calls.filter((call) => call['call'] === 'charge' && call['effective']).length;

describe('the four sample orders of the original', () => {
  it('completes the $91.98 order without a credit check; each wait ends an invocation', async () => {
    const { code, stdout } = await project.orders(
      'submit',
      '--sample',
      'low',
      '--wait',
      '-o',
      'id',
    );
    expect(code).toBe(0);
    const view = await project.runJson('get', stdout.trim());
    expect(view.order.status).toBe('completed');
    expect(view.order.total).toBe(91.98);
    const recorded = view.order.transitions.map(({ status }: { status: string }) => status);
    expect(recorded).toEqual(statuses.filter((status) => status !== 'credit-checked'));
    const events = await history(view.order.executionArn);
    const waits = stages.filter(({ kind }) => kind === 'wait');
    const ended = (type: string) => events.filter((event) => event.EventType === type);
    const names = events
      .filter((event) => event.EventType === 'StepSucceeded' || event.EventType === 'WaitSucceeded')
      .map((event) => event.Name);
    expect(names).toEqual(stages.map(({ id }) => id));
    expect(ended('StepSucceeded')).toHaveLength(
      stages.filter(({ kind }) => kind === 'step').length,
    );
    expect(ended('WaitSucceeded')).toHaveLength(waits.length);
    expect(ended('InvocationCompleted')).toHaveLength(waits.length + 1);
    const calls = await providerCalls(view.order.orderId);
    expect(effectiveCharges(calls)).toBe(1);
    expect(calls.map((call) => call['call'])).not.toContain('credit-check');
  });

  it('checks the credit of the $3500 order', async () => {
    const { stdout } = await project.orders('submit', '--sample', 'high', '--wait', '-o', 'id');
    const { order } = await project.runJson('get', stdout.trim());
    const recorded = order.transitions.map(({ status }: { status: string }) => status);
    expect(recorded).toEqual(statuses);
  });

  it.runIf(full)('computes a total of 1509.96 for the order of three items', async () => {
    const { stdout } = await project.orders('submit', '--sample', 'multi', '-o', 'id', '--wait');
    expect((await project.runJson('get', stdout.trim())).order.total).toBe(1509.96);
  });

  it('rejects the empty order at validation, with a reason, and exits 10', async () => {
    const { code, stderr, stdout } = await project.orders(
      'submit',
      '--sample',
      'invalid',
      '--wait',
    );
    expect(code).toBe(10);
    expect(`${stdout}${stderr}`).toContain('The order has no items');
  });
});

describe('the HTTP API, as the original used it', () => {
  const order = {
    customerId: 'CUST-001',
    customerEmail: 'customer1@example.com',
    items: [{ productId: 'BOOK-001', name: 'Programming Book', quantity: 2, price: 45.99 }],
  };

  // Each of the concurrent orders needs handler processes of its own.
  const count = full ? 5 : 3;

  it(`accepts ${count} concurrent orders as ${count} orders, and returns each of them`, async () => {
    const responses = await Promise.all(Array.from({ length: count }, () => post(order)));
    expect(responses.map(({ status }) => status)).toEqual(Array(count).fill(202));
    const bodies = await Promise.all(responses.map(readJson));
    expect(bodies[0].message).toBe('Order processing initiated');
    const ids = bodies.map(({ orderId }) => orderId);
    expect(new Set(ids).size).toBe(count);
    for (const id of ids) {
      expect((await project.orders('watch', id, '--ui', 'quiet')).code).toBe(0);
      const shown = await readJson(await fetch(`${api}/orders/${id}`));
      expect(shown).toMatchObject({
        orderId: id,
        status: 'completed',
        total: 91.98,
        items: order.items,
      });
    }
  });

  it('creates one order for two requests with the same Idempotency-Key and content', async () => {
    const headers = { 'idempotency-key': 'web-5512' };
    const [first, second] = [await post(order, headers), await post(order, headers)];
    expect([first.status, second.status]).toEqual([202, 202]);
    expect((await readJson(first)).orderId).toBe('web-5512');
    expect(effectiveCharges(await providerCalls('web-5512'))).toBeLessThanOrEqual(1);
  });

  it('responds 404 for an order that does not exist, and 400 for an invalid id', async () => {
    expect((await fetch(`${api}/orders/nope`)).status).toBe(404);
    expect((await fetch(`${api}/orders/a%2Fb`)).status).toBe(400);
    expect((await fetch(`${api}/orders/${'x'.repeat(65)}`)).status).toBe(400);
  });

  it.each([
    ['malformed JSON', '{"customerId":', ''],
    ['a negative price', { ...order, items: [{ ...order.items[0], price: -5 }] }, 'price'],
    ['a price in words', { ...order, items: [{ ...order.items[0], price: 'x' }] }, 'price'],
    ['a quantity of zero', { ...order, items: [{ ...order.items[0], quantity: 0 }] }, 'quantity'],
    ['a huge quantity', { ...order, items: [{ ...order.items[0], quantity: 1e9 }] }, 'quantity'],
    ['ten thousand lines', { ...order, items: Array(10_000).fill(order.items[0]) }, 'items'],
    ['an unknown field', { ...order, coupon: 'X' }, 'coupon'],
  ])('rejects %s with 400 and names the field', async (_what, body, field) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(field);
  });
});

it.runIf(full)(
  'completes an order with one charge if the runtime is killed during the warehouse wait',
  async () => {
    const { stdout } = await project.orders('submit', '--sample', 'low', '-o', 'id');
    const id = stdout.trim();
    await vi.waitUntil(async () => {
      const { order } = await project.runJson('get', id);
      return order?.status === 'awaiting-warehouse';
    }, 5_000);
    await project.killRuntime();
    expect((await project.orders('watch', id, '--ui', 'quiet')).code).toBe(0);
    const { timeScale, ...status } = await project.runJson('local', 'status');
    ({ url } = status);
    expect(timeScale).toBe(240);
    expect(effectiveCharges(await providerCalls(id))).toBe(1);
  },
);

// The short run kills the runtime in the crash test.
it.runIf(full)(
  'completes an order with one charge if the runtime is killed during the first steps',
  async () => {
    const { stdout } = await project.orders('submit', '--sample', 'low', '-o', 'id');
    const id = stdout.trim();
    await project.killRuntime();
    expect((await project.orders('watch', id, '--ui', 'quiet')).code).toBe(0);
    const { order } = await project.runJson('get', id);
    const recorded = order.transitions.map(({ status }: { status: string }) => status);
    expect(recorded).toEqual(statuses.filter((status) => status !== 'credit-checked'));
    ({ url } = await project.runJson('local', 'status'));
    expect(effectiveCharges(await providerCalls(id))).toBe(1);
  },
);
