import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Answer, type Call, fakeAws } from '../aws/fake-aws.ts';

type Handler = typeof import('../../functions/order-intake/handler.ts').handler;

let aws: Awaited<ReturnType<typeof fakeAws>>;
let handler: Handler;
let answer: (call: Call) => Answer;

beforeAll(async () => {
  aws = await fakeAws((call) => answer(call));
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_REGION', 'us-east-2');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('WORKFLOW_ALIAS_ARN', 'arn:aws:lambda:us-east-2:000000000000:function:f:live');
  // Imported after the environment is set, because the client of the function reads it.
  ({ handler } = await import('../../functions/order-intake/handler.ts'));
});
afterAll(() => {
  aws[Symbol.dispose]();
  vi.unstubAllEnvs();
});

const item = { productId: 'P', name: 'Thing', quantity: 1, price: 9.99 };
const order = { customerId: 'C', customerEmail: 'c@example.com', items: [item] };

const reversed = (fields: object) => Object.fromEntries(Object.entries(fields).reverse());

/** Sends an order under the key `web-1` and returns the response. */
async function post(body: string, headers: Record<string, string[]> = {}) {
  aws.calls.length = 0;
  const response = await handler({
    multiValueHeaders: { 'idempotency-key': ['web-1'], ...headers },
    body,
    requestContext: { requestId: 'f3b1' },
  });
  return { ...response, body: JSON.parse(response.body) };
}

const refusal = (status: number, name: string): Answer => ({
  status,
  headers: { 'x-amzn-errortype': name, 'content-type': 'application/json' },
  body: JSON.stringify({ message: 'no', Message: 'no' }),
});

it('starts the alias of the workflow asynchronously, with the bytes of the contract', async () => {
  answer = () => ({ status: 202, body: '' });
  expect(await post(JSON.stringify(reversed({ ...order, items: [reversed(item)] })))).toMatchObject(
    {
      statusCode: 202,
      body: { message: 'Order processing initiated', orderId: 'web-1' },
    },
  );
  expect(aws.calls).toMatchObject([
    {
      name: 'POST /2015-03-31/functions/arn:aws:lambda:us-east-2:000000000000:function:f:live/invocations',
      body: JSON.stringify({ orderId: 'web-1', order }),
    },
  ]);
});

it('sends the same bytes for a price with the rounding error of a sum', async () => {
  answer = () => ({ status: 202, body: '' });
  await post(JSON.stringify({ ...order, items: [{ ...item, price: 0.1 + 0.2 }] }));
  expect(aws.calls[0]?.body).toContain('"price":0.3}');
});

it('names an order without a key after the request', async () => {
  answer = () => ({ status: 202, body: '' });
  const { body } = await post(JSON.stringify(order), { 'idempotency-key': [] });
  expect(body.orderId).toBe('order-f3b1');
});

it('responds with 429 and a delay while Lambda starts no more executions', async () => {
  answer = () => refusal(429, 'TooManyRequestsException');
  const response = await post(JSON.stringify(order));
  expect(response).toMatchObject({ statusCode: 429, headers: { 'Retry-After': '1' } });
  expect(aws.calls).toHaveLength(3);
});

it('responds with 409 to another order under the key, without an attempt to start it again', async () => {
  answer = () => refusal(409, 'DurableExecutionAlreadyStartedException');
  expect(await post(JSON.stringify(order))).toMatchObject({
    statusCode: 409,
    body: { message: 'The Idempotency-Key web-1 belongs to another order', orderId: 'web-1' },
  });
  expect(aws.calls).toHaveLength(1);
});

it.each([
  [500, 'ServiceException'],
  [403, 'AccessDeniedException'],
  [404, 'ResourceNotFoundException'],
])(
  'responds with 503 and no details to the error %i of Lambda, and logs its name',
  async (status, name) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    answer = () => refusal(status, name);
    const { statusCode, headers, body } = await post(JSON.stringify(order));
    expect([statusCode, body]).toEqual([503, { message: 'The order was not accepted: try again' }]);
    expect(headers['Retry-After']).toBe('5');
    expect(logged).toHaveBeenCalledExactlyOnceWith(expect.any(String), { error: name });
    logged.mockRestore();
  },
);

it('names the fields of an invalid order, and starts nothing', async () => {
  const { statusCode, body } = await post(
    JSON.stringify({ ...order, items: [{ ...item, price: 2.345 }] }),
  );
  expect(statusCode).toBe(400);
  expect(body).toEqual({
    message: 'Invalid request body',
    error: '[items[0].price: price must have at most two decimals]',
  });
  expect(aws.calls).toEqual([]);
});

it.each([
  ['{"a":1,"a":2}', 'the key "a" is repeated'],
  ['\ufeff{}', 'a byte order mark'],
  ['', 'the text is empty'],
])('names the problem of the body %j', async (text, problem) => {
  const { statusCode, body } = await post(text);
  expect([statusCode, body.error]).toEqual([400, expect.stringContaining(problem)]);
});
