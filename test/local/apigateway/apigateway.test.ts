import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createApiGateway } from '../../../src/local/apigateway/service.ts';
import type { Functions, InvokeInput, InvokeOutput } from '../../../src/local/services.ts';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import { AwsError } from '../../../src/local/wire/aws-error.ts';
import { type RunningServer, serve } from '../../../src/local/wire/server.ts';

const order = {
  customerId: 'CUST-001',
  customerEmail: 'customer1@example.com',
  items: [{ productId: 'BOOK-001', name: 'Book', quantity: 2, price: 45.99 }],
};

let store: Store;
let server: RunningServer;
let base: string;
let invoked: InvokeInput[] = [];
let answer: () => InvokeOutput;

beforeAll(async () => {
  store = openStore(join(mkdtempSync(join(tmpdir(), 'orders-gateway-')), 'state.sqlite'));
  const functions = {
    invoke: async (input: InvokeInput) => {
      invoked.push(input);
      return answer();
    },
  } as unknown as Functions;
  const apis = createApiGateway({ store, functions });
  server = await serve({ services: [apis.service], store, port: 0 });
  const template = readFileSync(new URL('../../../template.yaml', import.meta.url), 'utf8')
    .replace(/!Sub /g, '')
    .replace(/\$\{\w+\.Arn\}/g, 'arn:aws:lambda:us-east-2:000000000000:function:the-function');
  const { Resources } = parse(template, { logLevel: 'silent' });
  const definition = Resources.OrderApi.Properties.DefinitionBody;
  base = `${server.url}/execute-api/${apis.put({ name: 'orders', stage: 'prod', definition })}/prod`;
});
beforeEach(() => {
  invoked = [];
  answer = () => ({ status: 202, payload: '', version: '1' });
});
afterAll(async () => {
  await server.close();
  store.close();
});

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${base}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

it('starts an order under an id of its own, in the payload and as the execution name', async () => {
  const response = await post(JSON.stringify(order));
  const { message, orderId } = await response.json();
  expect([response.status, message]).toEqual([202, 'Order processing initiated']);
  expect(orderId).toMatch(/^order-[0-9a-f-]{36}$/);
  expect(invoked[0]).toMatchObject({
    functionName: 'the-function',
    qualifier: 'live',
    type: 'Event',
    executionName: orderId,
  });
  expect(invoked[0]?.payload.toString()).toBe(JSON.stringify({ orderId, order }));
});

it("takes the caller's Idempotency-Key for the order id", async () => {
  await post(JSON.stringify(order), { 'Idempotency-Key': 'web-1' });
  expect(invoked[0]?.executionName).toBe('web-1');
  expect(JSON.parse(invoked[0]?.payload.toString() ?? '').orderId).toBe('web-1');
});

it('lets no quote in an Idempotency-Key out of its string', async () => {
  await post(JSON.stringify(order), { 'Idempotency-Key': 'x","order":{"a":1},"b":"' });
  expect(JSON.parse(invoked[0]?.payload.toString() ?? '')).toEqual({
    orderId: 'x","order":{"a":1},"b":"',
    order,
  });
});

it.each([
  ['{"customerId":', 'not JSON'],
  [JSON.stringify({ ...order, items: [{ ...order.items[0], quantity: 0 }] }), 'items[0].quantity'],
  [JSON.stringify({ ...order, items: [{ ...order.items[0], price: 'x' }] }), 'items[0].price'],
  [JSON.stringify({ ...order, coupon: 1 }), 'coupon'],
  [JSON.stringify({ ...order, customerId: undefined }), 'customerId'],
])('refuses %s and names %s', async (body, named) => {
  const response = await post(body);
  expect(response.status).toBe(400);
  expect((await response.json()).error).toContain(named);
  expect(invoked).toEqual([]);
});

it('refuses another content type', async () => {
  expect((await post('<order/>', { 'content-type': 'text/xml' })).status).toBeGreaterThanOrEqual(
    400,
  );
  expect(invoked).toEqual([]);
});

it('hands a path parameter on decoded once, with its slash', async () => {
  answer = () => ({
    status: 200,
    payload: JSON.stringify({ statusCode: 404, headers: { 'X-A': 'b' }, body: '{"error":"no"}' }),
    version: '1',
  });
  const response = await fetch(`${base}/orders/a%2Fb`);
  expect([response.status, response.headers.get('x-a')]).toEqual([404, 'b']);
  expect(JSON.parse(invoked[0]?.payload.toString() ?? '').pathParameters).toEqual({
    orderId: 'a/b',
  });
});

it('answers like API Gateway where there is no route', async () => {
  const response = await fetch(`${base}/customers`);
  expect([response.status, await response.json()]).toEqual([
    403,
    { message: 'Missing Authentication Token' },
  ]);
});

it('says that the integration refused when Lambda does', async () => {
  answer = () => {
    throw new AwsError('TooManyRequestsException', 'Rate exceeded', { status: 429 });
  };
  const response = await post(JSON.stringify(order));
  expect(response.status).toBe(500);
  expect((await response.json()).message).toContain('Rate exceeded');
});
