import { afterAll, afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { resolveTarget } from '../../../src/environment/resolve-target.ts';
import type { Stack } from '../../../src/environment/stack.ts';
import { newOrderId, submitOrder } from '../../../src/orders/actions/submit.ts';
import { createDeployedProject, type DeployedProject } from '../../support/deployed-project.ts';
import { findFreePort } from '../../support/free-port.ts';
import { full } from '../../support/full.ts';
import { openFeed } from './open-feed.ts';

const timeScale = ['--time-scale', '180'];
let project: DeployedProject;
beforeAll(async () => {
  project = await createDeployedProject(...timeScale);
});
afterAll(() => project.close());

let feeds: ReturnType<typeof openFeed>[] = [];
afterEach(async () => {
  for (const feed of feeds) await feed.close();
  feeds = [];
});

/** Returns the stack with clients of its own. */
async function connect(): Promise<Stack> {
  const target = await resolveTarget({}, { cwd: project.root, variables: {} });
  return { target, outputs: project.outputs };
}

function open(...settings: Parameters<typeof openFeed>) {
  const feed = openFeed(...settings);
  feeds.push(feed);
  return feed;
}

/** Submits an order without a process for the command. */
async function submit(sample: string): Promise<string> {
  const event = { orderId: newOrderId(), order: samples[sample] as Order };
  await submitOrder(await connect(), { event, via: 'invoke', mayExist: false });
  return event.orderId;
}
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

it('shows an order from its start until it ends, and counts both', async () => {
  const feed = open(await connect());
  const orderId = await submit('high');
  const running = await feed.order(orderId, ({ stage }) => stage === 'await-warehouse');
  expect(running).toMatchObject({ total: 350_000, status: 'awaiting-warehouse' });
  await feed.order(orderId, ({ status }) => status === 'completed');
  const { rates, quotas, gapReason } = await feed.until((snapshot) => snapshot.quotas.length > 0);
  expect(sum(rates.started)).toBe(1);
  expect(sum(rates.completed)).toBe(1);
  expect(quotas.map(({ quota }) => quota)).toContain('reads-a-second');
  expect(gapReason).toBeUndefined();
});

it('puts orders that need attention first, and marks paused ones', async () => {
  const stack = await connect();
  const feed = open(stack);
  await project.orders('outage', 'start', 'carrier');
  onTestFinished(async () => {
    await project.orders('outage', 'stop', 'carrier');
  });
  // A function notices an outage within a second: the order `low` needs the carrier only after its waits.
  const [waiting, review, failed, unrecovered] = await Promise.all(
    (['low', 'fraud-review', 'payment-declined', 'invalid'] as const).map(submit),
  );
  if (!review) throw new Error('orders were not accepted');
  const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
  await (await stack.target.clients.sqs()).send(
    new SendMessageCommand({
      QueueUrl: project.outputs.DeadLettersUrl,
      MessageBody: JSON.stringify({ detail: { durableExecutionName: unrecovered } }),
    }),
  );
  await feed.order(review, ({ status }) => status === 'awaiting-review');
  await project.orders('pause', review, '--yes');
  feed.feed.refresh();
  const { orders, deadLetters } = await feed.until(
    (snapshot) =>
      snapshot.orders.filter(({ attention }) => attention !== undefined).length >= 4 &&
      snapshot.orders.some(({ attention }) => attention === 'dead-letter') &&
      snapshot.orders.some(({ isPaused }) => isPaused),
  );
  expect(orders.slice(0, 4)).toMatchObject([
    { orderId: review, attention: 'review', isPaused: true },
    { orderId: unrecovered, attention: 'dead-letter' },
    { orderId: waiting, attention: 'waiting', waitingFor: { provider: 'carrier' } },
    { orderId: failed, attention: 'failed', failure: { stage: 'process-payment' } },
  ]);
  expect(deadLetters).toBe(1);
});

it('includes running orders from before the window, until they end', async () => {
  const [review, older] = await Promise.all(['fraud-review', 'low'].map(submit));
  const feed = open(await connect(), { sinceMs: 0 });
  const shown = await feed.order(review ?? '', ({ status }) => status === 'awaiting-review');
  expect(shown).toMatchObject({ attention: 'review', customerId: expect.stringMatching(/./) });
  await feed.until(({ orders }) => !orders.some(({ orderId }) => orderId === older));
});

it('shows less without the permission to read orders, executions and the dead-letter queue', async () => {
  const orderId = await submit('invalid');
  const stack = await connect();
  const { dynamodb, lambda, sqs } = stack.target.clients;
  const denied: string[] = [];
  const deny = (commandName = '') => {
    if (commandName === 'QueryCommand') return;
    denied.push(commandName);
    throw Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' });
  };
  const step = { step: 'initialize' } as const;
  (await dynamodb()).middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        deny(commandName);
        return next(args);
      },
    step,
  );
  (await lambda()).middlewareStack.add(
    (_, { commandName }) =>
      async () =>
        deny(commandName) as never,
    step,
  );
  (await sqs()).middlewareStack.add(
    (_, { commandName }) =>
      async () =>
        deny(commandName) as never,
    step,
  );
  const feed = open(stack);
  const order = await feed.order(orderId, ({ status }) => status === 'failed');
  expect(order).not.toHaveProperty('stage');
  const { deadLetters } = await feed.until(() => denied.includes('GetQueueAttributesCommand'));
  expect(denied.filter((name) => name === 'BatchGetItemCommand')).toHaveLength(1);
  expect(deadLetters).toBeUndefined();
});

it('continues after the runtime was killed, throttled requests, and started on another port', async () => {
  const feed = open(await connect());
  const before = await submit('low');
  await feed.order(before, () => true);
  await project.killRuntime();
  const dead = await feed.until(({ gapReason }) => gapReason !== undefined);
  expect(dead.orders.map(({ orderId }) => orderId)).toContain(before);
  const port = ['--port', String(await findFreePort())];
  await project.orders('local', 'start', ...timeScale, ...port, '--inject', 'throttle=100%');
  await feed.until(({ gapReason = '' }) => gapReason !== '');
  await project.orders('local', 'start', ...timeScale, ...port, '--inject', 'none');
  const after = await submit('invalid');
  feed.feed.refresh();
  await feed.order(after, ({ status }) => status === 'failed');
  await feed.order(before, ({ status }) => status === 'completed');
  const { orders } = await feed.until(({ gapReason }) => gapReason === undefined);
  expect(orders.filter(({ attention }) => attention === 'stuck')).toEqual([]);
});

it('still shows the orders when the clock of this machine is set back', async () => {
  const feed = open(await connect());
  const orderId = await submit('invalid');
  await feed.order(orderId, () => true);
  const { now } = Date;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
  onTestFinished(() => clock.mockRestore());
  feed.feed.refresh();
  const isReadSince = ({ readAt }: { readonly readAt: number }) => readAt <= Date.now();
  await feed.until(isReadSince);
  feed.feed.refresh();
  const { orders } = await feed.until(isReadSince);
  expect(orders.map((order) => order.orderId)).toContain(orderId);
});

it('names the command that renews expired credentials, and continues once they are renewed', async () => {
  const stack = await connect();
  const feed = open({ ...stack, target: { ...stack.target, autoDeploys: false } });
  const before = await submit('invalid');
  await feed.order(before, () => true);
  let haveExpired = true;
  const requests = await interceptRequests(stack, async () => {
    if (!haveExpired) return;
    throw Object.assign(new Error('expired'), { name: 'ExpiredTokenException' });
  });
  onTestFinished(requests.release);
  const gap = await feed.until(({ gapReason }) => gapReason !== undefined);
  expect(gap.gapReason).toContain('eval $(orders local env)');
  expect(gap.orders.map(({ orderId }) => orderId)).toContain(before);
  const after = await submit('invalid');
  haveExpired = false;
  await feed.order(after, () => true);
  await feed.until(({ gapReason }) => gapReason === undefined);
});

it.runIf(full)(
  'says that the stack was deleted, and shows the orders of the stack that is deployed again',
  async () => {
    const feed = open(await connect());
    const before = await submit('low');
    await feed.order(before, () => true);
    const table = feed.feed.stack.outputs['OrdersTableName'];
    await project.orders('destroy', '--yes', '--force');
    const deleted = await feed.until(
      ({ gapReason }) => gapReason?.includes('was deleted') ?? false,
    );
    expect(deleted.gapReason).toBe('the stack was deleted; waiting for it: orders deploy');
    expect(deleted.orders.map(({ orderId }) => orderId)).toContain(before);
    await project.orders('deploy', '--yes');
    const after = await submit('low');
    await feed.order(after, ({ status }) => status === 'completed');
    expect(feed.feed.stack.outputs['OrdersTableName']).not.toBe(table);
    await feed.until(
      ({ orders, gapReason }) =>
        gapReason === undefined && !orders.some(({ orderId }) => orderId === before),
    );
  },
);

/** Calls a function before each request to DynamoDB, CloudFormation, Lambda and SQS, until released. */
async function interceptRequests({ target }: Stack, before: () => Promise<void>) {
  const { dynamodb, cloudFormation, lambda, sqs } = target.clients;
  const clients = await Promise.all([dynamodb(), cloudFormation(), lambda(), sqs()]);
  // The clients have different types, but a middleware of the first step is the same for all.
  const stacks = clients.map(
    ({ middlewareStack }) => middlewareStack as (typeof clients)[0]['middlewareStack'],
  );
  const name = 'intercept';
  for (const requests of stacks) {
    requests.add(
      (next) => async (args) => {
        await before();
        return next(args);
      },
      { step: 'initialize', name },
    );
  }
  return {
    release: () => {
      for (const requests of stacks) requests.remove(name);
    },
  };
}
