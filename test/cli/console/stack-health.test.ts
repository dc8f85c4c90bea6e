import { afterAll, beforeAll, expect, it } from 'vitest';
import { followHealth } from '../../../src/cli/console/stack-health.ts';
import type { Stack } from '../../../src/environment/stack.ts';
import { type Orders, order, outputs, startOrders } from '../../orders/orders-table.ts';

let orders: Orders;
let stack: Stack;
let itemReads = 0;

beforeAll(async () => {
  orders = await startOrders();
  const tables = await orders.target.clients.dynamodb();
  tables.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === 'BatchGetItemCommand') itemReads += 1;
        return next(args);
      },
    { step: 'initialize' },
  );
  const cloudFormation = { send: () => Promise.resolve({ Stacks: [{ Parameters: [] }] }) };
  const clients = {
    ...orders.target.clients,
    cloudFormation: () => Promise.resolve(cloudFormation),
  };
  stack = { target: { ...orders.target, clients }, outputs } as unknown as Stack;
});
afterAll(() => orders.close());

it('reads the orders once, although the pane is closed and opened again', async () => {
  await orders.put([order('order-1', new Date(Date.now() - 60_000).toISOString())]);
  for (let opened = 0; opened < 2; opened += 1) {
    for await (const health of followHealth(() => stack, AbortSignal.timeout(60_000))) {
      // Listing the executions fails after the orders are read: there are no functions.
      expect(health.problems).toBeDefined();
      break;
    }
  }
  expect(itemReads).toBe(1);
});

it('names the local runtime if it is not running', async () => {
  const refuse = () => Promise.reject(Object.assign(new Error(), { code: 'ECONNREFUSED' }));
  const clients = { ...orders.target.clients, dynamodb: refuse, cloudFormation: refuse };
  const target = { ...orders.target, clients, autoDeploys: true };
  const stopped = { target, outputs } as unknown as Stack;
  for await (const { problems } of followHealth(() => stopped, AbortSignal.timeout(60_000))) {
    expect(problems?.metrics).toBe('the local runtime is not running: orders local start');
    break;
  }
});
