import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListDurableExecutionsByFunctionCommand } from '@aws-sdk/client-lambda';
import {
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import type { Provider } from '../../functions/contract/providers.ts';
import { maxStepAttempts } from '../../functions/contract/retries.ts';
import { isTerminal } from '../../functions/contract/workflow.ts';
import { listSchema } from '../../src/cli/schemas/list.ts';
import { metricsSchema } from '../../src/cli/schemas/metrics.ts';
import { outageChangeSchema, outagesSchema } from '../../src/cli/schemas/outage.ts';
import { watchSchema } from '../../src/cli/schemas/watch.ts';
import { readState } from '../../src/local/runtime/state-file.ts';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject, type DeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';

let project: Project;
let outputs: DeployedProject['outputs'];

beforeAll(async () => {
  // A delay of ten minutes takes a second.
  const deployed = await createDeployedProject('--time-scale', '600');
  project = deployed;
  ({ outputs } = deployed);
});
afterAll(() => project.close());

/** Returns clients of the runtime, whose address changes when it starts again. */
function connect() {
  const { url = '' } = readState(project.root) ?? {};
  if (clients?.url !== url) clients = { url, ...createClients(url) };
  return clients;
}

let clients: ({ readonly url: string } & ReturnType<typeof createClients>) | undefined;

function createClients(endpoint: string) {
  const config = { endpoint, region: 'us-east-2', credentials: projectCredentials(project.root) };
  return {
    lambda: new LambdaClient(config),
    tables: DynamoDBDocumentClient.from(new DynamoDBClient(config)),
  };
}

const submit = async (...argv: string[]): Promise<string> =>
  (await project.runJson('submit', '--sample', 'low', ...argv)).orderId;
/** Reads an item from the table, which costs less than a command. */
async function read(orderId: string): Promise<OrderRecord | undefined> {
  const TableName = outputs['OrdersTableName'];
  const { tables } = connect();
  const { Item } = await tables.send(new GetCommand({ TableName, Key: { orderId } }));
  return Item as OrderRecord | undefined;
}
const change = async (action: 'start' | 'stop', provider: Provider) =>
  v.parse(outageChangeSchema, await project.runJson('outage', action, provider)).result;
const waitingFor = async (provider: Provider) =>
  v
    .parse(listSchema, await project.runJson('list', '--waiting-for', provider))
    .map(({ orderId }) => orderId);
const isWaitingFor = (orderId: string, provider: Provider) =>
  vi.waitUntil(async () => (await read(orderId))?.waitingFor?.provider === provider);
const ended = (orderId: string) =>
  vi.waitUntil(async () => isTerminal((await read(orderId))?.status ?? 'received'));

/** Returns the calls of an order in the provider's log, with and without a side effect. */
async function calls(orderId: string) {
  const { tables } = connect();
  const { Items = [] } = await tables.send(
    new QueryCommand({
      TableName: outputs['ProviderCallsTableName'],
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': orderId },
    }),
  );
  const count = (call: string, effective: boolean) =>
    Items.filter((item) => item['call'] === call && item['effective'] === effective).length;
  return { charges: count('charge', true), failedCharges: count('charge', false), count };
}

it('refuses an unknown provider by name, and lists the outages', async () => {
  const { code, stderr } = await project.orders('outage', 'start', 'paymnts');
  expect([code, stderr]).toEqual([5, expect.stringContaining('did you mean: payments')]);
  expect(await change('stop', 'fraud')).toBe('unchanged');
  expect([await change('start', 'fraud'), await change('start', 'fraud')]).toEqual([
    'started',
    'unchanged',
  ]);
  const outages = v.parse(outagesSchema, await project.runJson('outage', 'list'));
  expect(outages).toMatchObject([{ provider: 'fraud' }]);
  expect(await change('stop', 'fraud')).toBe('stopped');
});

it('shows an order that waits for a provider everywhere, and cancels it at once', async () => {
  await change('start', 'payments');
  const orderId = await submit();
  await isWaitingFor(orderId, 'payments');
  await project.killRuntime();
  expect(await waitingFor('payments')).toEqual([orderId]);
  expect(await waitingFor('carrier')).toEqual([]);
  const { orders, waiting } = v.parse(metricsSchema, await project.runJson('metrics'));
  expect([orders.running, waiting]).toMatchObject([1, [{ provider: 'payments', orders: 1 }]]);
  const doctor = await project.orders('doctor', '--check', 'providers');
  expect(doctor.stdout).toMatch(/payments keeps 1 order waiting since .*Z \(0m\)/);
  expect((await project.orders('get', orderId)).stdout).toMatch(
    /waiting +for payments, attempt \d+, next at .*Z, since .*Z/,
  );
  const watched = await project.orders('watch', orderId, '--json', '--timeout', '2s');
  const events = watched.stdout
    .trimEnd()
    .split('\n')
    .map((line) => v.parse(watchSchema, JSON.parse(line)));
  const waits = events.filter(({ type }) => type === 'waiting');
  expect(waits[0]).toMatchObject({ provider: 'payments', stage: 'process-payment' });
  const [first, second] = waits as { attempt: number }[];
  expect(second?.attempt).toBeGreaterThan(first?.attempt ?? Number.POSITIVE_INFINITY);
  const verified = await project.runJson('list', '--verify');
  expect(verified.mismatches).toEqual([]);

  expect(await project.runJson('cancel', orderId)).toMatchObject([{ result: 'stopped' }]);
  await ended(orderId);
  const order = await read(orderId);
  expect(order).toMatchObject({ status: 'cancelled' });
  expect(order).not.toHaveProperty('waitingFor');
  expect(order).not.toHaveProperty('waitingSince');
  const { charges, failedCharges } = await calls(orderId);
  expect(charges).toBe(0);
  expect(failedCharges).toBeGreaterThan(maxStepAttempts);
  await change('stop', 'payments');
});

it('cancels an order at its next attempt if the request comes without a stop', async () => {
  await change('start', 'payments');
  const orderId = await submit();
  await isWaitingFor(orderId, 'payments');
  const { tables } = connect();
  await tables.send(
    new UpdateCommand({
      TableName: outputs['OrdersTableName'],
      Key: { orderId },
      UpdateExpression: 'SET cancelRequested = :request',
      ExpressionAttributeValues: { ':request': { at: new Date().toISOString() } },
    }),
  );
  await ended(orderId);
  expect(await read(orderId)).toMatchObject({ status: 'cancelled' });
  await change('stop', 'payments');
});

it('completes orders after outages of several providers', async () => {
  const down: readonly Provider[] = full
    ? ['payments', 'warehouse', 'carrier', 'notifications']
    : ['payments', 'notifications'];
  for (const provider of down) await change('start', provider);
  const ids = full ? [await submit(), await submit()] : [await submit()];
  for (const provider of down) {
    for (const id of ids) await isWaitingFor(id, provider);
    expect((await waitingFor(provider)).toSorted()).toEqual(ids.toSorted());
    await change('stop', provider);
  }
  for (const id of ids) {
    await ended(id);
    const order = await read(id);
    expect(order).toMatchObject({ status: 'completed' });
    expect(order).not.toHaveProperty('warnings');
    expect(order).not.toHaveProperty('waitingFor');
    const { charges, count } = await calls(id);
    expect([charges, count('send-shipped-email', true)]).toEqual([1, 1]);
  }
  expect(await waitingFor('notifications')).toEqual([]);
});

// The short run ends the patience in the tests of the function.
it.runIf(full)(
  'undoes an order when its patience ends, notifies the customer, and leaves no dead-letter message',
  async () => {
    await project.runJson('deploy', '--parameter', 'ProviderPatienceSeconds=300');
    await change('start', 'carrier');
    const orderId = await submit();
    await ended(orderId);
    await change('stop', 'carrier');
    const order = await read(orderId);
    expect(order).toMatchObject({
      status: 'failed',
      failure: { stage: 'generate-shipping-label', code: 'technical-failure' },
      reservation: 'released',
    });
    expect(order?.undos?.every(({ outcome }) => outcome === 'done')).toBe(true);
    expect(order).not.toHaveProperty('warnings');
    const { charges, count } = await calls(orderId);
    expect([charges, count('refund', true), count('send-failed-email', true)]).toEqual([1, 1, 1]);
    // The failed execution starts the recovery, which finds nothing to do.
    const { lambda } = connect();
    await vi.waitFor(async () => {
      const { DurableExecutions = [] } = await lambda.send(
        new ListDurableExecutionsByFunctionCommand({
          FunctionName: outputs['OrderRecoveryFunctionArn'],
        }),
      );
      const recoveries = DurableExecutions.map(({ Status, StartTimestamp }) => [
        Status,
        StartTimestamp?.toISOString(),
      ]);
      expect(recoveries).toEqual([
        ['SUCCEEDED', expect.any(String)],
        ['SUCCEEDED', expect.any(String)],
      ]);
    });
    expect(await project.runJson('dead-letters', 'list')).toEqual([]);
  },
);

it('refuses a patience that does not fit into the timeout of the execution', async () => {
  const parameters = ['ProviderPatienceSeconds=300', 'ExecutionTimeoutSeconds=600'];
  const { code, stderr } = await project.orders(
    'deploy',
    ...parameters.flatMap((parameter) => ['--parameter', parameter]),
  );
  expect(code).toBe(2);
  expect(stderr).toContain('"300" of ProviderPatienceSeconds is not valid');
  expect(stderr).toContain('--parameter ProviderPatienceSeconds=299');
});
