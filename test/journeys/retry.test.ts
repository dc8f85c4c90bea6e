import * as v from 'valibot';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { getSchema } from '../../src/cli/schemas/get.ts';
import { retrySchema } from '../../src/cli/schemas/retry.ts';
import { projectCredentials, signedFetch } from '../support/credentials.ts';
import type { DeployedProject } from '../support/deployed-project.ts';
import { openSharedProject } from '../support/shared-project.ts';

let project: DeployedProject;
beforeAll(async () => {
  project = await openSharedProject();
});
afterAll(() => project.close());

const submit = (sample: string, id: string, ...more: string[]) =>
  project.orders('submit', '--sample', sample, '--id', id, '--wait', ...more);
const retry = async (...argv: string[]) =>
  v.parse(retrySchema, await project.runJson('retry', ...argv));
const get = async (id: string) => v.parse(getSchema, await project.runJson('get', id)).order;

it('retries a failed order with changes only once, and links both orders', async () => {
  await submit('payment-declined', 'pd');
  const changed = ['--set', 'customerId=CUST-001', '--set', 'customerEmail=new@example.com'];
  const { code, stdout } = await project.orders('retry', 'pd', ...changed, '--wait');
  expect(stdout).toContain('pd-r2 accepted · retry of pd · 1 item');
  expect(stdout).toContain('customerId PAYMENT-DECLINED → CUST-001\n');
  expect(stdout).toMatch(/customerEmail → new@example.com\n/);
  expect(code).toBe(0);
  expect(await retry('pd', ...changed)).toMatchObject([
    { orderId: 'pd-r2', result: 'exists', status: 'completed' },
  ]);
  const old = await get('pd');
  const { items } = old ?? {};
  expect(old?.retriedAs).toEqual(['pd-r2']);
  expect(await get('pd-r2')).toMatchObject({
    retryOf: 'pd',
    status: 'completed',
    customerEmail: 'new@example.com',
    items,
  });
  expect((await project.orders('get', 'pd')).stdout).toMatch(/^retried as pd-r2$/m);
  expect((await project.orders('get', 'pd-r2')).stdout).toMatch(/^retry of +pd$/m);
});

it('refuses a retry that would charge twice, with reason and hint, and allows it with --charge-again', async () => {
  await submit('low', 'paid');
  const refused = await project.orders('retry', 'paid');
  expect(refused).toMatchObject({ code: 6, stdout: '' });
  expect(refused.stderr).toContain('paid is completed: a retry would charge the customer twice');
  expect(refused.stderr).toContain('--charge-again');
  const [meant] = await retry('paid', '--charge-again', '--wait');
  expect(meant).toMatchObject({ orderId: 'paid-r2', result: 'started', status: 'completed' });

  await project.orders('submit', '--sample', 'fraud-review', '--id', 'runs');
  const running = await project.orders('retry', 'runs');
  expect(running).toMatchObject({ code: 6 });
  expect(running.stderr).toMatch(/runs (is still running|has just started)/);

  await submit('payment-declined', 'twice');
  await retry('twice', '--set', 'customerId=CUST-001', '--id', 'other', '--wait');
  const besides = await project.orders('retry', 'twice', '--set', 'customerId=CUST-002');
  expect(besides.code).toBe(6);
  expect(besides.stderr).toContain('twice was already retried as other, which is completed');
});

it('numbers the retry of a failed retry, and exits with its outcome', async () => {
  await submit('payment-declined', 'again');
  expect((await project.orders('retry', 'again', '--wait')).code).toBe(10);
  const same = await project.orders('retry', 'again');
  expect(same.stdout).toContain('again-r2 already exists as this retry of again · failed');
  expect(same.stderr).toContain('orders retry again-r2');
  const { code, stdout } = await project.orders('retry', 'again-r2', '--watch', '--json');
  expect(code).toBe(10);
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    type: 'end',
    orderId: 'again-r3',
    ending: 'failed',
  });
});

it('retries an order that was never written, after the invalid field is changed', async () => {
  const { outputs } = project;
  const order = { customerId: 'C', customerEmail: 'c@example.com', items: [{ sku: 'A' }] };
  const { url } = await project.runJson('local', 'status');
  const path = encodeURIComponent(outputs.OrderProcessingAliasArn);
  await signedFetch('lambda', `${url}/2015-03-31/functions/${path}/invocations`, {
    credentials: projectCredentials(project.root),
    method: 'POST',
    headers: {
      'x-amz-invocation-type': 'Event',
      'x-amz-durable-execution-name': 'broken',
    },
    body: JSON.stringify({ orderId: 'broken', order }),
  });
  const hasFailed = async () => (await project.runJson('get', 'broken')).status === 'failed';
  await vi.waitUntil(hasFailed, 20_000);
  const invalid = await project.orders('retry', 'broken');
  expect(invalid).toMatchObject({ code: 2, stderr: expect.stringContaining('sku is not a field') });
  const line = 'items=[{"productId":"A","name":"A","quantity":1,"price":1}]';
  const [mended] = await retry('broken', '--set', line, '--wait');
  expect(mended).toMatchObject({ orderId: 'broken-r2', status: 'completed' });
  expect((await get('broken-r2'))?.retryOf).toBe('broken');
});

it('retries several orders only after confirmation, even if one of them is refused', async () => {
  await submit('payment-declined', 'one');
  await submit('low', 'two');
  const asked = await project.orders('retry', 'one', 'two');
  expect(asked).toMatchObject({ code: 4, stderr: expect.stringContaining('--yes') });
  const result = await project.orders('retry', 'one', 'two', '--yes', '--json');
  expect(v.parse(retrySchema, JSON.parse(result.stdout).data)).toMatchObject([
    { orderId: 'one-r2', result: 'started' },
    { retryOf: 'two', result: 'refused', message: expect.stringContaining('is completed') },
  ]);
  expect(result.code).toBe(13);
  const ended = await retry('one', 'two', '--yes', '--charge-again', '--wait');
  expect(ended).toMatchObject([
    { orderId: 'one-r2', result: 'exists', status: 'failed' },
    { orderId: 'two-r2', result: 'started', status: 'completed' },
  ]);
});

it('starts nothing on a dry run or with invalid flags', async () => {
  await submit('damaged', 'dry');
  const [planned] = await retry('dry', '--dry-run', '--set', 'items[0].quantity=2');
  expect(planned).toMatchObject({
    orderId: 'dry-r2',
    result: 'planned',
    changes: [{ field: 'items[0].quantity', to: 2 }],
  });
  for (const [argv, code] of [
    [['dry', '--set', 'items[0].price=0.001'], 2],
    [['dry', '--set', 'nope=1'], 2],
    [['dry', '--id', 'two'], 6],
    [['dry', 'pd', '--id', 'x'], 2],
    [[], 2],
    [['order-nobodyknow'], 5],
  ] as const) {
    expect([argv, (await project.orders('retry', ...argv)).code]).toEqual([argv, code]);
  }
  expect(await get('dry')).not.toHaveProperty('retriedAs');
});

it('starts one order for two concurrent retries', async () => {
  await submit('payment-declined', 'race');
  const argv = ['retry', 'race', '--set', 'customerId=CUST-001', '--json'];
  const both = await Promise.all([project.orders(...argv), project.orders(...argv)]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const ids = both.map(({ stdout }) => JSON.parse(stdout).data[0].orderId);
  expect(ids).toEqual(['race-r2', 'race-r2']);
  expect((await get('race'))?.retriedAs).toEqual(['race-r2']);
});
