import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  GetDurableExecutionCommand,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  StopDurableExecutionCommand,
} from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { isEnd } from '../../functions/contract/workflow.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
let outputs: Record<string, string>;
let lambda: LambdaClient;
let tables: DynamoDBDocumentClient;

beforeAll(async () => {
  project = aProject();
  await project.orders('local', 'start', '--time-scale', '240');
  // Waits of four seconds here: long enough to do something in them.
  ({ outputs } = await deploy('WarehouseWaitSeconds=900', 'PickupWaitSeconds=900'));
  await connect();
});
afterAll(() => project.close());

const deploy = (...parameters: readonly string[]) =>
  project.ask('deploy', ...parameters.flatMap((each) => ['--parameter', each]));

async function connect(): Promise<void> {
  const { url } = await project.ask('local', 'status');
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const config = { endpoint: url, region: 'us-east-2', credentials };
  lambda = new LambdaClient(config);
  tables = DynamoDBDocumentClient.from(new DynamoDBClient(config));
}

const submit = (sample = 'low'): Promise<{ orderId: string; executionArn: string }> =>
  project.ask('submit', '--sample', sample);
/** The order's item; there is none before its first step. */
const read = async (orderId: string): Promise<OrderRecord | undefined> =>
  (await project.ask('get', orderId)).order;
const reached = (orderId: string, status: string) =>
  vi.waitUntil(async () => (await read(orderId))?.status === status, 15_000);
const ended = (orderId: string) =>
  vi.waitUntil(async () => isEnd((await read(orderId))?.status ?? 'received'), 15_000);
const stop = (arn: string) =>
  lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: arn }));

/** How often each call took effect at its provider. */
async function effects(orderId: string): Promise<Record<string, number>> {
  const { Items = [] } = await tables.send(
    new QueryCommand({
      TableName: outputs['ProviderCallsTableName'],
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': orderId },
    }),
  );
  const counts: Record<string, number> = {};
  for (const { call, effective } of Items) if (effective) counts[call] = (counts[call] ?? 0) + 1;
  return counts;
}

it.each(['awaiting-warehouse', 'awaiting-pickup'])(
  'undoes and closes an order whose execution is stopped while it is %s',
  async (status) => {
    const { orderId, executionArn } = await submit();
    await reached(orderId, status);
    await stop(executionArn);
    await ended(orderId);
    const order = await read(orderId);
    expect(order).toMatchObject({ status: 'failed', failure: { code: 'stopped' } });
    expect(order?.reservation).toBe('released');
    expect(order?.undos?.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    expect(await effects(orderId)).toMatchObject({
      charge: 1,
      refund: 1,
      'reserve-inventory': 1,
      'release-inventory': 1,
      'generate-invoice': 1,
      'void-invoice': 1,
    });
    expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(12);
  },
);

it('goes on recovering after the runtime was killed, and undoes once', async () => {
  const { orderId, executionArn } = await submit();
  await reached(orderId, 'awaiting-warehouse');
  await stop(executionArn);
  await project.killRuntime();
  await ended(orderId);
  await connect();
  expect(await effects(orderId)).toMatchObject({ charge: 1, refund: 1, 'release-inventory': 1 });
});

it('leaves an order alone that ended by itself, also one that ended failed', async () => {
  const { orderId, executionArn } = await submit('payment-down');
  await ended(orderId);
  const before = await read(orderId);
  // A technical failure fails the execution as well, and that is told to recovery.
  await vi.waitUntil(async () => {
    const command = new GetDurableExecutionCommand({ DurableExecutionArn: executionArn });
    return (await lambda.send(command)).Status === 'FAILED';
  }, 15_000);
  await vi.waitUntil(async () => {
    const { DurableExecutions = [] } = await lambda.send(
      new ListDurableExecutionsByFunctionCommand({
        FunctionName: outputs['OrderRecoveryFunctionArn'],
      }),
    );
    return (
      DurableExecutions.length > 0 &&
      DurableExecutions.every(({ Status }) => Status === 'SUCCEEDED')
    );
  }, 15_000);
  expect(await read(orderId)).toEqual(before);
});

it('closes an order whose execution timed out: refunded, released, and exit 11', async () => {
  await deploy('ExecutionTimeoutSeconds=900', 'WarehouseWaitSeconds=600000');
  const { orderId } = await submit();
  await ended(orderId);
  expect(await read(orderId)).toMatchObject({
    status: 'failed',
    failure: { code: 'timed-out' },
    reservation: 'released',
  });
  expect(await effects(orderId)).toMatchObject({ charge: 1, refund: 1 });
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(11);
});

it('undoes an order that is stopped while a step of it is tried again and again', async () => {
  await project.orders('local', 'start', '--time-scale', '1');
  await connect();
  // The payment is refused for seven seconds before it is given up.
  const { orderId, executionArn } = await submit('payment-down');
  await reached(orderId, 'inventory-checked');
  await stop(executionArn);
  // What may still run is given a minute, from when recovery has begun.
  await vi.waitUntil(async () => {
    await project.orders('local', 'advance', '61s');
    return isEnd((await read(orderId))?.status ?? 'received');
  }, 15_000);
  expect(await read(orderId)).toMatchObject({ status: 'failed', failure: { code: 'stopped' } });
  const { charge = 0, refund = 0 } = await effects(orderId);
  expect([charge, refund]).toEqual([0, 0]);
});
