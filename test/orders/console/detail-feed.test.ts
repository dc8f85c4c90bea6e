import { afterAll, beforeAll, expect, it } from 'vitest';
import { resolveTarget } from '../../../src/environment/resolve-target.ts';
import type { Stack } from '../../../src/environment/stack.ts';
import { DetailFeed } from '../../../src/orders/console/detail-feed.ts';
import type { DetailPart, OrderDetail } from '../../../src/orders/console/order-detail.ts';
import type { DeployedProject } from '../../support/deployed-project.ts';
import { openSharedProject } from '../../support/shared-project.ts';

let project: DeployedProject;
let orderId: string;
beforeAll(async () => {
  project = await openSharedProject();
  ({ orderId } = await project.runJson('submit', '--sample', 'payment-transient'));
});
afterAll(() => project.close());

async function connect(): Promise<Stack> {
  const target = await resolveTarget({}, { cwd: project.root, variables: {} });
  return { target, outputs: project.outputs };
}

/** Reads an order until its detail passes the test. */
async function readUntil(
  stack: Stack,
  parts: readonly DetailPart[],
  passes: (detail: OrderDetail) => boolean,
): Promise<OrderDetail> {
  const stop = AbortSignal.timeout(90_000);
  const feed = new DetailFeed(stack, orderId, { parts: () => new Set(parts) });
  for await (const detail of feed.details(stop)) if (passes(detail)) return detail;
  throw new Error('the detail never passed the test');
}

it('follows the record, the history and the log of an order until it ends', async () => {
  const detail = await readUntil(
    await connect(),
    ['order', 'history', 'logs'],
    ({ view, report, logs = [] }) =>
      view?.status === 'completed' && report?.timeline.state === 'succeeded' && logs.length > 2,
  );
  expect(detail.activity?.attempts).toEqual({ 'process-payment': 3 });
  expect(detail.report?.events.length).toBeGreaterThan(30);
  const logs = detail.logs ?? [];
  expect(new Set(logs.map(({ id }) => id)).size).toBe(logs.length);
  expect(logs.toSorted((a, b) => a.timestamp - b.timestamp)).toEqual(logs);
  expect(logs.every((entry) => entry.orderId === orderId)).toBe(true);
  expect(detail.problems).toEqual({});
});

it('reads no log and no history for the data of an order', async () => {
  const stack = await connect();
  const commands = new Set<string>();
  (await stack.target.clients.cloudWatchLogs()).middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        commands.add(commandName);
        return next(args);
      },
    { step: 'initialize' },
  );
  const detail = await readUntil(stack, ['order'], ({ view }) => view?.status === 'completed');
  expect(detail.view?.order?.customerEmail).toMatch(/@/);
  expect(detail).not.toHaveProperty('activity');
  expect(detail).not.toHaveProperty('report');
  expect(detail).not.toHaveProperty('logs');
  expect([...commands]).toEqual([]);
});

it('shows an order without personal data if only that may be read, and reports the other parts', async () => {
  const stack = await connect();
  const { dynamodb, lambda, cloudWatchLogs } = stack.target.clients;
  const denied = Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' });
  const step = { step: 'initialize' } as const;
  (await dynamodb()).middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'GetItemCommand') throw denied;
        return next(args);
      },
    step,
  );
  (await lambda()).middlewareStack.add(() => () => Promise.reject(denied), step);
  (await cloudWatchLogs()).middlewareStack.add(() => () => Promise.reject(denied), step);
  const detail = await readUntil(
    stack,
    ['order', 'history', 'logs'],
    ({ problems }) => problems.history !== undefined && problems.logs !== undefined,
  );
  expect(detail.publicOrder).toMatchObject({ orderId, status: 'completed' });
  expect(detail.publicOrder).not.toHaveProperty('customerEmail');
  expect(detail.problems).toEqual({
    order: 'not allowed',
    history: 'not allowed',
    logs: 'not allowed',
  });
});
