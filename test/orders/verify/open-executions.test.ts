/** `list --verify` and `repair` with paused, pausing and deleting executions. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { listingKey, listingShards } from '../../../functions/contract/tables.ts';
import type { Stack } from '../../../src/environment/stack.ts';
import { examineOrder } from '../../../src/orders/verify/repair.ts';
import { verifyOrders } from '../../../src/orders/verify/verify.ts';
import { type Answer, fakeAws, fakeTarget, xml } from '../../aws/fake-aws.ts';
import { startTables } from '../../functions/stack-tables.ts';
import { orderRecord } from '../record.ts';

const outputs = {
  OrdersTableName: 'OrdersTable',
  ProductsTableName: 'ProductsTable',
  PaymentsTableName: 'PaymentsTable',
  LoyaltyTableName: 'LoyaltyTable',
  ProviderCallsTableName: 'ProviderCallsTable',
  OrderProcessingFunctionArn: 'arn:aws:lambda:us-east-2:000000000000:function:f',
};

let tables: Awaited<ReturnType<typeof startTables>>;
beforeEach(async () => {
  tables = await startTables();
});
afterEach(() => tables.close());

const createdAt = new Date(Date.now() - 3_600_000);
const seconds = createdAt.getTime() / 1000;
const json = (body: object, status = 200, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** An order created an hour ago with this status. */
function recordWith(status: 'validated' | 'cancelled'): OrderRecord {
  const { orderId } = orderRecord(['validated']);
  const at = createdAt.toISOString();
  const transitions = (['validated', 'cancelled'] as const)
    .filter((name) => name === 'validated' || name === status)
    .map((name) => ({ status: name, at }));
  const times = {
    createdAt: at,
    updatedAt: at,
    listing: listingKey(orderId, { createdAt: at, shards: listingShards }),
  };
  return orderRecord([status], { ...times, transitions });
}

const event = (EventId: number, EventType: string, more: object = {}) => ({
  EventId,
  EventType,
  EventTimestamp: seconds,
  ...more,
});
/** The history of an order that was paused after its first step. */
const pausedHistory = [
  event(1, 'ExecutionStarted', { Id: 'e', ExecutionStartedDetails: {} }),
  event(2, 'StepStarted', { Id: '1', Name: 'validate-order', StepStartedDetails: {} }),
  event(3, 'StepSucceeded', { Id: '1', Name: 'validate-order', StepSucceededDetails: {} }),
  event(4, 'ExecutionPaused', { Id: 'e', ExecutionPausedDetails: {} }),
];

/** Runs `use` with a stack that has one order, whose execution has this status. */
async function withOrder<T>(
  record: OrderRecord,
  status: string,
  use: (stack: Stack) => Promise<T>,
): Promise<T> {
  const execution = {
    DurableExecutionArn: record.executionArn,
    DurableExecutionName: record.orderId,
    Status: status,
    StartTimestamp: seconds,
    ...(status === 'DELETING' ? { EndTimestamp: seconds } : {}),
  };
  using aws = await fakeAws(({ name, query }) => {
    if (name === 'Action DescribeStacks') {
      const stack = `<StackName>s</StackName><CreationTime>${createdAt.toISOString()}</CreationTime>`;
      return xml('DescribeStacks', `<Stacks><member>${stack}</member></Stacks>`);
    }
    if (name.endsWith('/history')) {
      const gone = { 'x-amzn-errortype': 'ResourceNotFoundException' };
      return status === 'DELETING' ? json({}, 404, gone) : json({ Events: pausedHistory });
    }
    if (!name.endsWith('/durable-executions')) return json(execution);
    const statuses = query.getAll('Statuses');
    const isListed = statuses.length === 0 || statuses.includes(status);
    return json({ DurableExecutions: isListed ? [execution] : [] });
  });
  const root = mkdtempSync(join(tmpdir(), 'orders-'));
  const fake = fakeTarget(aws.url, root);
  const local = fakeTarget(tables.url, root);
  const clients = { ...fake.clients, dynamodb: local.clients.dynamodb };
  const stack = { target: { ...fake, clients }, outputs };
  const dynamodb = await clients.dynamodb();
  await dynamodb.send(new PutCommand({ TableName: 'OrdersTable', Item: record }));
  // Awaited here, because the server closes at the end of this function.
  const result = await use(stack);
  return result;
}

const query = {
  since: new Date(createdAt.getTime() - 3_600_000).toISOString(),
  until: new Date(Date.now() + 60_000).toISOString(),
  details: false,
};

it.each([
  ['validated', 'PAUSED', []],
  ['validated', 'PAUSING', []],
  ['validated', 'QUEUED', []],
  // The execution has ended and will never complete the order.
  ['validated', 'DELETING', ['unfinished']],
  ['cancelled', 'DELETING', []],
] as const)(
  'list --verify with a %s order whose execution is %s reports %j',
  async (status, state, kinds) => {
    const found = await withOrder(recordWith(status), state, (stack) => verifyOrders(stack, query));
    expect(found.mismatches.map(({ kind }) => kind)).toEqual(kinds);
    expect(found.executions).toBe(1);
  },
);

it.each([
  ['validated', 'PAUSED', [], undefined],
  ['validated', 'PAUSING', [], undefined],
  ['validated', 'DELETING', ['unfinished'], 'recover'],
  ['cancelled', 'DELETING', [], undefined],
] as const)(
  'repair of a %s order whose execution is %s finds %j',
  async (status, state, kinds, action) => {
    const record = recordWith(status);
    const examined = await withOrder(record, state, (stack) => examineOrder(stack, record.orderId));
    expect(examined.mismatches.map(({ kind }) => kind)).toEqual(kinds);
    expect(examined.action).toBe(action);
  },
);
