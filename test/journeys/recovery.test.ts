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
import { isTerminal, type ShownStatus } from '../../functions/contract/workflow.ts';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import { readStatus } from '../support/order-status.ts';
import type { Project } from '../support/project.ts';
import { waitForStatus } from '../support/wait-for-status.ts';

let project: Project;
let outputs: Record<string, string>;
let lambda: LambdaClient;
let tables: DynamoDBDocumentClient;

beforeAll(async () => {
  // Waits take four and six seconds, long enough for the actions of a test.
  const deployed = await createDeployedProject('--time-scale', '48');
  project = deployed;
  ({ outputs } = deployed);
  await connect();
});
afterAll(() => project.close());

const deploy = (...parameters: readonly string[]) =>
  project.runJson('deploy', ...parameters.flatMap((parameter) => ['--parameter', parameter]));

async function connect(): Promise<void> {
  const { url } = await project.runJson('local', 'status');
  const credentials = projectCredentials(project.root);
  const config = { endpoint: url, region: 'us-east-2', credentials };
  lambda = new LambdaClient(config);
  tables = DynamoDBDocumentClient.from(new DynamoDBClient(config));
}

const submit = (sample = 'low'): Promise<{ orderId: string; executionArn: string }> =>
  project.runJson('submit', '--sample', sample);
/** Returns the order's record; undefined before its first step. */
const read = async (orderId: string): Promise<OrderRecord | undefined> =>
  (await project.runJson('get', orderId)).order;
const reached = (orderId: string, status: string) => waitForStatus(project, orderId, status);
const ended = (orderId: string) =>
  vi.waitUntil(async () => {
    const status = (await readStatus(project.root, orderId)) ?? 'received';
    return isTerminal(status as ShownStatus);
  });
const stop = (arn: string) =>
  lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: arn }));

/** Returns the number of effective calls by operation, from the order and from the log of the providers. */
async function effects(orderId: string): Promise<Record<string, number>> {
  const recorded = (await read(orderId))?.calls ?? [];
  const { Items = [] } = await tables.send(
    new QueryCommand({
      TableName: outputs['ProviderCallsTableName'],
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': orderId },
    }),
  );
  const counts: Record<string, number> = Object.fromEntries(recorded.map((call) => [call, 1]));
  for (const { call, effective } of Items) if (effective) counts[call] = (counts[call] ?? 0) + 1;
  return counts;
}

it.each(full ? ['awaiting-warehouse', 'awaiting-pickup'] : ['awaiting-warehouse'])(
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

it('continues a recovery after the runtime was killed, and undoes each stage once', async () => {
  const { orderId, executionArn } = await submit();
  await reached(orderId, 'awaiting-warehouse');
  await stop(executionArn);
  await project.killRuntime();
  // A command that reads an order starts the runtime again.
  await read(orderId);
  await ended(orderId);
  await connect();
  expect(await effects(orderId)).toMatchObject({ charge: 1, refund: 1, 'release-inventory': 1 });
});

// The short run leaves such orders unchanged in the tests of the function.
it.runIf(full)('does not change an order that failed without being stopped', async () => {
  const { orderId, executionArn } = await submit('payment-down');
  await ended(orderId);
  const before = await read(orderId);
  // A technical failure also fails the execution, which invokes the recovery.
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
  await deploy(
    'ExecutionTimeoutSeconds=300',
    'WarehouseWaitSeconds=600000',
    'ProviderPatienceSeconds=0',
  );
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

it.runIf(full)('undoes an order that is stopped during the retries of a step', async () => {
  await project.orders('local', 'start', '--time-scale', '1');
  await connect();
  // The payment is retried for seven seconds before the step fails.
  const { orderId, executionArn } = await submit('payment-down');
  await reached(orderId, 'inventory-checked');
  await stop(executionArn);
  // The recovery first waits one minute for an invocation that may still be running.
  await vi.waitUntil(async () => {
    await project.orders('local', 'advance', '61s');
    return isTerminal((await read(orderId))?.status ?? 'received');
  }, 15_000);
  expect(await read(orderId)).toMatchObject({ status: 'failed', failure: { code: 'stopped' } });
  const { charge = 0, refund = 0 } = await effects(orderId);
  expect([charge, refund]).toEqual([0, 0]);
});
