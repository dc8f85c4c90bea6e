import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { samples } from '../../functions/contract/samples.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
let api: string;
let lambda: LambdaClient;
let functionArn: string;
let pid: number;

beforeAll(async () => {
  project = aProject();
  const { outputs } = await project.ask('deploy');
  const status = await project.ask('local', 'status');
  ({ pid } = status);
  api = `${outputs.OrderApiEndpoint}/orders`;
  functionArn = outputs.OrderProcessingAliasArn;
  lambda = new LambdaClient({
    endpoint: status.url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});
afterAll(async () => {
  // Whatever was sent, nothing of it was kept, and the runtime is still the same one.
  expect(await project.ask('list')).toEqual([]);
  expect((await project.ask('local', 'status')).pid).toBe(pid);
  await project.close();
});
afterEach(() => {
  expect(process.kill(pid, 0)).toBe(true);
});

const good = samples['low'] ?? { customerId: '', customerEmail: '', items: [] };
const [line] = good.items;
const withLine = (change: object) => JSON.stringify({ ...good, items: [{ ...line, ...change }] });

/** What is sent, and the field or word that the answer must name. */
const orders: readonly (readonly [what: string, text: string, named: RegExp])[] = [
  ['malformed JSON', '{"customerId":', /JSON|parse|body/i],
  [
    'a price that is NaN',
    withLine({}).replace(/"price":[\d.]+/, '"price":NaN'),
    /JSON|parse|body/i,
  ],
  ['a list', '[]', /order must be an object|object/],
  ['a negative price', withLine({ price: -5 }), /price/],
  ['a price with three decimals', withLine({ price: 1.005 }), /price/],
  ['a price in words', withLine({ price: 'cheap' }), /price/],
  ['a quantity of zero', withLine({ quantity: 0 }), /quantity/],
  ['a quantity of a thousand million', withLine({ quantity: 1e9 }), /quantity/],
  ['half a product', withLine({ quantity: 0.5 }), /quantity/],
  ['ten thousand lines', JSON.stringify({ ...good, items: Array(10_000).fill(line) }), /items/],
  ['an unknown field', JSON.stringify({ ...good, coupon: 'X' }), /coupon/],
  ['an unknown field of a line', withLine({ colour: 'red' }), /colour/],
  ['no customer', JSON.stringify({ ...good, customerId: undefined }), /customerId/],
  ['an e-mail address without @', JSON.stringify({ ...good, customerEmail: 'x' }), /customerEmail/],
  ['a body of 2 MB', JSON.stringify({ ...good, customerId: 'x'.repeat(2 << 20) }), /customerId/],
];

describe.each(orders)('an order with %s', (_, text, named) => {
  it('is a usage error of submit that names the field', async () => {
    const file = join(project.root, 'order.json');
    writeFileSync(file, text);
    const { code, stdout, stderr } = await project.orders('submit', file);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(named);
    expect(stderr.length).toBeLessThan(4000);
  });

  it('is a bad request of the API that names the field', async (context) => {
    // The gateway checks what JSON Schema can say; two decimals are the workflow's to refuse.
    if (text.includes('1.005')) context.skip();
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(api, { method: 'POST', headers, body: text });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(named);
  });
});

it.each([
  ['a/b', /a\/b/],
  ['x'.repeat(65), /64/],
  ['', /order id/],
  ['ä', /order id/],
])('refuses the id %j in submit, as a name and in the API', async (id, named) => {
  const { code, stderr } = await project.orders('submit', '--sample', 'low', '--id', id);
  expect(code).toBe(2);
  expect(stderr).toMatch(named);
  const response = await fetch(`${api}/${encodeURIComponent(id || ' ')}`);
  expect(response.status).toBe(400);
});

it.each([
  ['A:0:1', /quantity/],
  ['A:1:NaN', /price/],
  ['A:1:-2', /price/],
  ['A:1e9:1', /quantity/],
  ['A', /SKU:QTY:PRICE/],
])('refuses the line --item %s by the part that is wrong', async (item, named) => {
  const who = ['--customer', 'C', '--email', 'a@b.c'];
  const { code, stderr } = await project.orders('submit', ...who, '--item', item);
  expect(code).toBe(2);
  expect(stderr).toMatch(named);
});

it('fails the execution of an event of illegal shape, names the field and writes no item', async () => {
  const event = { orderId: 'order-illegal', order: { ...good, coupon: 'secret-text' } };
  await lambda.send(
    new InvokeCommand({
      FunctionName: functionArn,
      InvocationType: 'Event',
      DurableExecutionName: event.orderId,
      Payload: JSON.stringify(event),
    }),
  );
  const { code, stdout } = await project.orders('watch', event.orderId, '--json');
  expect(code).toBe(10);
  const end = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(end.error).toContain('coupon');
  expect(stdout).not.toContain('secret-text');
});
