import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { outputs as names } from '../../../../functions/contract/api.ts';
import { canonicalEvent, type Order } from '../../../../functions/contract/order.ts';
import { samples } from '../../../../functions/contract/samples.ts';
import { actions } from '../../../../src/cli/console/actions/index.ts';
import { resolveTarget } from '../../../../src/environment/resolve-target.ts';
import type { Stack } from '../../../../src/environment/stack.ts';
import { cancelOrder, waitUntilEnded } from '../../../../src/orders/actions/cancel.ts';
import { newOrderId, submitOrder } from '../../../../src/orders/actions/submit.ts';
import { getOrder } from '../../../../src/orders/lookup/get.ts';
import type { Project } from '../../../support/project.ts';
import { openSharedProject } from '../../../support/shared-project.ts';
import { consoleOrder } from './console-order.ts';

let project: Project;
let stack: Stack;

beforeAll(async () => {
  const deployed = await openSharedProject();
  project = deployed;
  const target = await resolveTarget({}, { cwd: project.root, variables: {} });
  stack = { target, outputs: deployed.outputs };
});
afterAll(() => project.close());

const find = (name: string) => {
  const action = actions.find((candidate) => candidate.name === name);
  if (!action) throw new Error(`there is no action ${name}`);
  return action;
};
const toOrders = (ids: readonly string[]) => ids.map((orderId) => consoleOrder({ orderId }));
/** Carries an action out. Returns its results, the message of a failed one after `failed: `. */
async function run(name: string, ids: readonly string[], input?: string): Promise<string[]> {
  const results = await find(name).run(stack, toOrders(ids), input);
  expect(results.map(({ orderId }) => orderId)).toEqual(ids);
  return results.map(({ ok, message }) => (ok ? message : `failed: ${message}`));
}
const plan = (name: string, ids: readonly string[]) => find(name).plan?.(stack, toOrders(ids));
const get = (orderId: string) => getOrder(stack, orderId);
const waitForEnd = (...ids: string[]) =>
  waitUntilEnded(stack, { ids, signal: AbortSignal.timeout(60_000) });
/** Cancels an order as another user would. */
async function cancel(orderId: string): Promise<void> {
  await cancelOrder(stack, { orderId, force: false });
  await waitForEnd(orderId);
}

/** Submits a sample order. Returns its id. */
async function submit(sample: string): Promise<string> {
  const orderId = newOrderId();
  await submitOrder(stack, { event: { orderId, order: samples[sample] as Order }, via: 'invoke' });
  return orderId;
}

/** Submits an order that waits for its review. Returns its id. */
async function submitForReview(): Promise<string> {
  const orderId = await submit('fraud-review');
  await vi.waitUntil(async () => (await get(orderId)).status === 'awaiting-review', 10_000);
  return orderId;
}

it('cancels orders with the reason, and reports an order that was cancelled meanwhile', async () => {
  const [first, second] = [await submitForReview(), await submitForReview()];
  await cancel(second);
  expect(await run('cancel', [second, first], 'ordered twice')).toEqual([
    'failed: is already cancelled and can no longer be cancelled',
    'stopped (awaiting-review); recovery undoes its completed steps',
  ]);
  await waitForEnd(first);
  expect(await get(first)).toMatchObject({
    status: 'cancelled',
    order: { cancelRequested: { reason: 'ordered twice' } },
  });
});

it('decides reviews once, and stores the note', async () => {
  const [first, second] = [await submitForReview(), await submitForReview()];
  const [result] = await run('approve', [first], 'called the customer');
  expect(result).toMatch(/^approved; it continues \(by .+\)$/);
  expect(await run('reject', [second])).toEqual([
    expect.stringContaining('rejected; its completed steps are undone'),
  ]);
  await waitForEnd(first, second);
  expect((await get(first)).order?.review?.decision?.note).toBe('called the customer');
  expect((await get(second)).status).toBe('failed');
  expect(await run('approve', [first])).toEqual([
    expect.stringMatching(/^failed: was approved by .+; its status is completed$/),
  ]);
});

it('pauses and resumes orders, and reports an order that has ended', async () => {
  const [running, ended] = [await submitForReview(), await submitForReview()];
  await cancel(ended);
  expect(await run('pause', [ended, running], 'carrier outage')).toEqual([
    expect.stringMatching(/^failed: has ended/),
    'is paused',
  ]);
  expect((await get(running)).execution?.pause?.reason).toBe('carrier outage');
  expect(await run('pause', [running])).toEqual(['was already paused']);
  expect(await run('resume', [running])).toEqual(['is resumed']);
  expect(await run('resume', [running, 'order-unknown'])).toEqual([
    'is not paused',
    'failed: has no execution',
  ]);
});

it('refuses a retry that would charge twice, and starts the others once', async () => {
  const running = await submitForReview();
  const orderId = await submit('payment-declined');
  await waitForEnd(orderId);
  const refusal = 'is still running (awaiting-review): a retry would charge the customer twice';
  expect(await plan('retry', [running, orderId])).toEqual([
    `${running}: ${refusal}`,
    `${orderId}-r2 would be a retry of ${orderId} · 1 item · $3,500.00`,
  ]);
  expect(await run('retry', [running, orderId])).toEqual([
    `failed: ${refusal}`,
    `${orderId}-r2 accepted · retry of ${orderId} · 1 item · $3,500.00`,
  ]);
  await waitForEnd(`${orderId}-r2`);
  expect(await run('retry', [orderId])).toEqual([
    `${orderId}-r2 already exists as this retry of ${orderId} · failed`,
  ]);
});

it('plans and repairs a lost record, and leaves a consistent order unchanged', async () => {
  const ids = await Promise.all(['invalid', 'payment-declined'].map(submit));
  await waitForEnd(...ids);
  const [lost = ''] = ids;
  const tables = await stack.target.clients.dynamodb();
  const { DeleteCommand } = await import('@aws-sdk/lib-dynamodb');
  await tables.send(
    new DeleteCommand({ TableName: stack.outputs[names.ordersTable], Key: { orderId: lost } }),
  );
  const planned = await plan('repair', ids);
  expect(planned?.[0]).toMatch(/: would rebuild its record from .* \(lost-row: /);
  expect(planned?.[1]).toBe(`${ids[1]}: no mismatches`);
  expect(await run('repair', ids)).toEqual(['record rebuilt', 'no mismatches']);
  expect((await get(lost)).status).toBe('failed');
});

it('redrives the dead-letter messages of an order, and reports an order without messages', async () => {
  const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
  const sqs = await stack.target.clients.sqs();
  const MessageBody = canonicalEvent({ orderId: 'never-1', order: samples['low'] as Order });
  const QueueUrl = stack.outputs[names.deadLettersUrl];
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const ids = ['order-unknown', 'never-1'];
  expect(await plan('redrive', ids)).toEqual([
    'order-unknown: has no dead-letter message',
    'never-1: starts the order',
  ]);
  expect(await run('redrive', ids)).toEqual(['failed: has no dead-letter message', 'started']);
  expect(await run('redrive', ['never-1'])).toEqual(['failed: has no dead-letter message']);
});

it('names the command that shows the same if there is no AWS console', async () => {
  expect(await run('open', ['order-1'])).toEqual([
    'failed: local has no console: orders get order-1',
  ]);
});
