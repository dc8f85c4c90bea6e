import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { samples } from '../../functions/contract/samples.ts';
import { projectCredentials } from '../support/credentials.ts';
import type { Project } from '../support/project.ts';
import { openSharedProject } from '../support/shared-project.ts';

let project: Project;
let api: string;
let lambda: LambdaClient;
let functionArn: string;
let pid: number;

beforeAll(async () => {
  const deployed = await openSharedProject();
  project = deployed;
  const { outputs } = deployed;
  const status = await project.runJson('local', 'status');
  ({ pid } = status);
  api = `${outputs.OrderApiEndpoint}/orders`;
  functionArn = outputs.OrderProcessingAliasArn;
  lambda = new LambdaClient({
    endpoint: status.url,
    region: 'us-east-2',
    credentials: projectCredentials(project.root),
  });
});
afterAll(async () => {
  // No test stored an order or ended the runtime.
  expect(await project.runJson('list', '--customer', customerId)).toEqual([]);
  expect((await project.runJson('local', 'status')).pid).toBe(pid);
  await project.close();
});
afterEach(() => {
  expect(process.kill(pid, 0)).toBe(true);
});

/** Customer of the orders of this file. */
const customerId = 'BAD-INPUT';
const good = { customerEmail: '', items: [], ...samples['low'], customerId };
const [line] = good.items;
const withLine = (change: object) => JSON.stringify({ ...good, items: [{ ...line, ...change }] });

/** Invalid orders, and the field or word that the response must contain. */
const orders: readonly (readonly [name: string, text: string, named: RegExp])[] = [
  ['malformed JSON', '{"customerId":', /JSON|parse|body/i],
  [
    'a price that is NaN',
    withLine({}).replace(/"price":[\d.]+/, '"price":NaN'),
    /JSON|parse|body/i,
  ],
  ['a list', '[]', /contains no orders|object/],
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
  it('causes a usage error of submit that names the field', async () => {
    const file = join(project.root, 'order.json');
    writeFileSync(file, text);
    const { code, stdout, stderr } = await project.orders('submit', file);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(named);
    expect(stderr.length).toBeLessThan(4000);
  });

  it('is rejected by the API with 400 and the name of the field', async (context) => {
    // JSON Schema cannot express two decimals, so the gateway accepts them and the workflow rejects them.
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
])('rejects the id %j in submit and in the API', async (id, named) => {
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
])('rejects --item %s and names the invalid part', async (item, named) => {
  const customer = ['--customer', 'C', '--email', 'a@b.c'];
  const { code, stderr } = await project.orders('submit', ...customer, '--item', item);
  expect(code).toBe(2);
  expect(stderr).toMatch(named);
});

it('rejects an invalid event, names the field and writes no item', async () => {
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

it.each([
  ['ls', 'orders list'],
  ['show latest', 'orders get latest'],
  ['status', 'orders local status'],
  ['status latest', 'orders get latest'],
  ['version', 'orders --version'],
  ['ps', 'orders list --running'],
  ['up', 'orders deploy'],
  ['review aprove latest', 'orders review approve latest'],
  ['lsit --all', 'orders list'],
  ['versions list', 'orders versions'],
  ['tail', 'orders logs --follow'],
  ['approve latest', 'orders review approve latest'],
  ['-V', 'orders --version'],
  ['env ad dev', 'orders env add dev'],
  ['list --quiet', '-q'],
  ['-q list --failed', 'orders list --failed -q'],
  ['--quiet list', 'orders list -q'],
])('suggests the command that is meant by %s', async (typed, meant) => {
  const { code, stderr } = await project.orders(...typed.split(' '));
  expect([code, stderr]).toEqual([2, expect.stringContaining(`did you mean: ${meant}\n`)]);
});

it('names only the unknown word, and reports a flag in front of its command', async () => {
  const problem = async (...argv: string[]) =>
    (await project.orders(...argv)).stderr.split('\n')[0];
  expect(await problem('show', 'latest')).toBe('✗ Unknown command "show".');
  expect(await problem('review', 'aprove', 'latest')).toBe('✗ Unknown command "review aprove".');
  expect(await problem('--verbose', 'list')).toBe(
    '✗ --verbose is in front of the command: flags follow the command.',
  );
});

it('accepts -h, and names a missing argument with an example', async () => {
  const help = await project.orders('submit', '-h');
  expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('Submit an order.')]);
  // As of oclif's topics, before and behind arguments: https://github.com/oclif/oclif/issues/1535
  for (const command of ['versions rollback', 'get latest', 'list --running']) {
    const { code, stdout } = await project.orders(...command.split(' '), '-h');
    const [name = ''] = command.split(/ (?:latest|--running)/);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`orders ${name}`)]);
  }
  for (const [command, argument] of [
    ['get', 'ORDER'],
    ['env use', 'NAME'],
    ['completion', 'SHELL'],
  ] as const) {
    const { code, stderr } = await project.orders(...command.split(' '));
    expect([code, stderr.split('\n')[0]]).toEqual([2, `✗ The argument ${argument} is missing.`]);
    expect(stderr).toContain(`example: orders ${command}`);
  }
});

it('does not deploy another stack for a command that only reads', async () => {
  const { code, stderr } = await project.orders('list', '--stack', 'typo');
  expect([code, stderr]).toEqual([
    3,
    expect.stringMatching(/typo is not deployed.*\n {2}orders deploy --stack typo\n/),
  ]);
});
