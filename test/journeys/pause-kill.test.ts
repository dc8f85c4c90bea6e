import { once } from 'node:events';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetDurableExecutionHistoryCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { stages } from '../../functions/contract/workflow.ts';
import { listSchema } from '../../src/cli/schemas/list.ts';
import { pauseSchema } from '../../src/cli/schemas/pause.ts';
import { createStackModel } from '../crash/find-problems.ts';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { startForTest } from '../support/start-for-test.ts';

let project: Project;
beforeAll(async () => {
  project = await createDeployedProject(...settings);
  await project.runJson('deploy', '--parameter', 'WarehouseWaitSeconds=14400');
});
afterAll(() => project.close());

const settings = ['--enforce-quotas', '--time-scale', '240', '--inject', 'none'];
const start = () => project.orders('local', 'start', ...settings);

const change = async (command: 'pause' | 'resume', ...argv: string[]) =>
  v.parse(pauseSchema, await project.runJson(command, ...argv));
const list = async (...argv: string[]) =>
  v.parse(listSchema, await project.runJson('list', ...argv, '--all'));
const statusOf = async (orderId: string): Promise<string> =>
  (await project.runJson('get', orderId)).execution.status;

/** Statuses of an order that has not begun its first wait. */
const beforeWait = new Set<string>(['received']);
for (const stage of stages) {
  if (stage.kind === 'wait') break;
  if ('status' in stage) beforeWait.add(stage.status);
}

/** Calls that a provider or the warehouse must have carried out once for a completed order. */
const onceEach = [
  'charge',
  'hand-over-inventory',
  'reserve-inventory',
  'send-shipped-email',
  'update-loyalty-points',
];

async function clientSettings() {
  const { url: endpoint } = await project.runJson('local', 'status');
  return { endpoint, region: 'us-east-2', credentials: projectCredentials(project.root) };
}

/** Waits until the first step of an execution is running. */
async function untilFirstStep(DurableExecutionArn: string) {
  const client = new LambdaClient(await clientSettings());
  await vi.waitUntil(async () => {
    const history = new GetDurableExecutionHistoryCommand({ DurableExecutionArn });
    const { Events = [] } = await client.send(history);
    return Events.some(({ EventType }) => EventType === 'StepStarted');
  });
  client.destroy();
}

/** Counts, per kind of call, the orders by their number of calls with a side effect. */
async function countCalls(orderIds: readonly string[]) {
  const client = new DynamoDBClient(await clientSettings());
  const model = await createStackModel(client);
  const counts: Record<string, Record<number, number>> = {};
  for (const orderId of orderIds) {
    const calls = (await model.callsOf(orderId)).filter(({ effective }) => effective);
    for (const call of onceEach) {
      const times = calls.filter((logged) => logged['call'] === call).length;
      const count = counts[call] ?? {};
      counts[call] = { ...count, [times]: (count[times] ?? 0) + 1 };
    }
  }
  client.destroy();
  return counts;
}

/** Requires that orders are completed, and that each of their side effects happened once, by the log of the providers. */
async function expectDoneOnce(orderIds: readonly string[]) {
  const watch = startForTest(project, 'watch', ...orderIds, '--ui', 'quiet');
  expect(await once(watch, 'exit')).toEqual([0, null]);
  expect((await project.orders('list', '--verify')).code).toBe(0);
  const expected = Object.fromEntries(onceEach.map((call) => [call, { 1: orderIds.length }]));
  expect(await countCalls(orderIds)).toEqual(expected);
}

// The short run pauses orders and kills the runtime in the crash test.
it.runIf(full)(
  'loses nothing and does nothing twice when orders are paused by filter, the runtime is killed, and they are resumed',
  async () => {
    const count = 80;
    const load = ['load-test', '--count', String(count), '--until', 'accepted', '--no-report'];
    expect((await project.orders(...load, '--json')).code).toBe(0);

    // The orders are in their steps and in their first wait.
    const paused = await change('pause', '--running', '--yes', '--rate', '100');
    expect(paused.map(({ result }) => result)).toEqual(Array(count).fill('paused'));
    await project.killRuntime();
    await start();
    const ids = paused.map(({ orderId }) => orderId);
    expect((await list('--paused')).map(({ orderId }) => orderId).toSorted()).toEqual(
      ids.toSorted(),
    );
    expect(await countCalls(ids)).toMatchObject({ 'send-shipped-email': { 0: count } });
    // The waits end during the pause.
    await project.orders('local', 'advance', '4h');
    await project.killRuntime();
    await start();

    const resumed = await change('resume', '--since', '1h', '--yes', '--rate', '100');
    expect(resumed.map(({ orderId }) => orderId).toSorted()).toEqual(ids.toSorted());
    await project.killRuntime();
    await start();
    // Orders that were paused in their first steps begin the wait now.
    await vi.waitUntil(async () => {
      const running = await list('--running');
      return running.every(({ status }) => !beforeWait.has(status));
    });
    await project.orders('local', 'advance', '4h');
    await expectDoneOnce(ids);
  },
);

// The short run restarts a runtime in each state of a pause in its own tests.
it.runIf(full)('continues with each state of a pause after the runtime was killed', async () => {
  // Each request to a table is slow, so that the runtime is killed within a step.
  await project.orders('local', 'start', '--inject', 'dynamodb:latency=60s');
  const { orderId, executionArn } = await project.runJson('submit', '--sample', 'low');
  await untilFirstStep(executionArn);
  const pausing = await change('pause', '--running', '--yes', '--timeout', '500ms');
  expect(pausing).toMatchObject([{ orderId, result: 'pausing', status: 'PAUSING' }]);
  await project.killRuntime();
  await start();
  expect(await statusOf(orderId)).toBe('PAUSED');
  await project.killRuntime();
  await start();
  expect(await statusOf(orderId)).toBe('PAUSED');
  expect(await change('resume', '--yes')).toMatchObject([{ orderId, result: 'resumed' }]);
  await project.killRuntime();
  await start();
  await vi.waitUntil(
    async () => (await list('--running', '--status', 'awaiting-warehouse')).length > 0,
  );
  await project.orders('local', 'advance', '4h');
  await expectDoneOnce([orderId]);
});
