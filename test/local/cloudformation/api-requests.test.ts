import { request } from 'node:http';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { LambdaClient, ListDurableExecutionsByFunctionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProjectRuntime } from './project-runtime.ts';

let runtime: Awaited<ReturnType<typeof startProjectRuntime>>;
let url: string;

beforeAll(async () => {
  runtime = await startProjectRuntime();
  const stack = await runtime.deploy('api', runtime.packaged.template, { ApiAuth: 'NONE' });
  expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
  const { Stacks = [] } = await runtime.client.send(new DescribeStacksCommand({}));
  const endpoint = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'OrderApiEndpoint');
  url = `${endpoint?.OutputValue}/orders`;
});
afterAll(() => runtime.close());

const item = { productId: 'P-1', name: 'Thing', quantity: 1, price: 9.99 };
const order = { customerId: 'C-1', customerEmail: 'c@example.com', items: [item] };
const body = JSON.stringify(order);

/** Sends a request with exactly these headers (names and values alternate), which `fetch` would merge. */
function post(text: string | Buffer, headers: readonly string[]) {
  const all = ['Host', new URL(url).host, 'Content-Length', String(Buffer.byteLength(text))];
  return new Promise<{ status: number; headers: object; body: Record<string, string> }>(
    (resolve, reject) => {
      const outgoing = request(
        url,
        { method: 'POST', headers: [...all, ...headers] },
        (incoming) => {
          let received = '';
          incoming.on('data', (chunk) => {
            received += String(chunk);
          });
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: JSON.parse(received),
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(text);
    },
  );
}

const json = ['Content-Type', 'application/json'];
const withKey = (key: string) => [...json, 'Idempotency-Key', key];
const accepted = (orderId: string) => ({ message: 'Order processing initiated', orderId });

it('accepts the same order again under its key, with its fields in another sequence', async () => {
  const first = await post(body, withKey('same-1'));
  expect(first).toMatchObject({ status: 202, body: accepted('same-1') });
  const reversed = (fields: object) => Object.fromEntries(Object.entries(fields).reverse());
  const again = JSON.stringify({ ...reversed(order), items: [reversed(item)] }, null, 2);
  expect(await post(again, withKey('same-1'))).toMatchObject({ status: 202 });
  // The same number in another notation.
  expect(await post(body.replace('9.99', '999e-2'), withKey('same-1'))).toMatchObject({
    status: 202,
  });
  const lambda = new LambdaClient(runtime.settings);
  const { DurableExecutions = [] } = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({ FunctionName: 'api-workflow' }),
  );
  expect(DurableExecutions).toHaveLength(1);
});

it('responds with 409 to another order under a key in use, and names the key', async () => {
  await post(body, withKey('taken-1'));
  const { status, body: conflict } = await post(body.replace('C-1', 'C-2'), withKey('taken-1'));
  expect(status).toBe(409);
  expect(conflict['message']).toContain('taken-1');
});

describe.each([
  ['an empty key', body, withKey(''), 400],
  ['a key with a space', body, withKey('a b'), 400],
  ['a key with 65 characters', body, withKey('x'.repeat(65)), 400],
  ['a key outside of ASCII', body, withKey('schl\u00fcssel'), 400],
  ['two keys', body, [...withKey('a-1'), 'idempotency-key', 'a-2'], 400],
  ['one key twice', body, [...withKey('a-1'), 'Idempotency-Key', 'a-1'], 400],
  ['a price with three decimals', body.replace('9.99', '2.345'), withKey('p-1'), 400],
  ['a repeated field', body.replace('{', '{"customerId":"C-0",'), withKey('d-1'), 400],
  ['a byte order mark', `\ufeff${body}`, withKey('b-1'), 400],
  ['half of a surrogate pair', body.replace('Thing', '\\ud800'), withKey('s-1'), 400],
  ['no body', '', withKey('e-1'), 400],
  ['a list', `[${body}]`, withKey('l-1'), 400],
  ['text', body, ['Content-Type', 'text/plain'], 415],
  ['no media type of JSON', body, ['Content-Type', 'application/x-www-form-urlencoded'], 415],
  ['another charset', body, ['Content-Type', 'application/json; charset=latin1'], 415],
  ['a number that is too large', body.replace('9.99', '1e400'), withKey('n-1'), 400],
  ['an order of 1 MB', body.replace('Thing', 'x'.repeat(1 << 20)), withKey('m-1'), 400],
  ['an order in 1 MB of space', body + ' '.repeat(1 << 20), withKey('m-2'), 413],
  // Lambda's limit for an invocation is lower than that of the gateway.
  ['an order in 7 MB of space', body + ' '.repeat(7 << 20), withKey('m-3'), 429],
  ['a deep value', '['.repeat(100_000), withKey('r-1'), 400],
])('a request with %s', (_, text, headers, status) => {
  it(`gets ${status}`, async () => {
    expect((await post(text, headers)).status).toBe(status);
  });
});

it.each(['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
  'accepts the media type %s',
  async (type) => {
    expect((await post(body, ['content-type', type])).status).toBe(202);
  },
);
