import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient, StopDurableExecutionCommand } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { isTerminal, type ShownStatus } from '../../functions/contract/workflow.ts';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import { readStatus } from '../support/order-status.ts';
import type { Project } from '../support/project.ts';

let project: Project;
const orders = new Map<string, string>();

const statuses = [
  'completed',
  'failed',
  'cancelled',
  'stopped',
  'timed out',
  'running',
  'unknown',
] as const;

/** Exit codes by command, in the order of `statuses`. Commands that wait time out for `running`. */
const table: Readonly<Record<string, readonly number[]>> = {
  'get ID': [0, 0, 0, 0, 0, 0, 5],
  'list -o id': [0, 0, 0, 0, 0, 0, 0],
  'history ID': [0, 0, 5, 0, 0, 0, 5],
  'logs ID': [0, 0, 0, 0, 0, 0, 5],
  'history ID --follow --timeout 1s': [0, 0, 5, 0, 0, 124, 5],
  'logs ID --follow --linger 0s --timeout 3s': [0, 0, 0, 0, 0, 124, 5],
  'watch ID --timeout 3s': [0, 10, 12, 12, 11, 124, 5],
  'watch ID --json --timeout 3s': [0, 10, 12, 12, 11, 124, 5],
  'submit --id ID --sample low --wait --timeout 3s': [0, 6, 12, 12, 11, 124, 124],
};

const deploy = (...parameters: readonly string[]) =>
  project.runJson('deploy', ...parameters.flatMap((parameter) => ['--parameter', parameter]));
const submit = async (...argv: string[]) =>
  (await project.runJson('submit', '--sample', ...argv)).orderId as string;

/** Advances the clock by steps of this duration until an order has ended. */
const endWaits = (id: string, step: string) =>
  vi.waitUntil(async () => {
    await project.orders('local', 'advance', step);
    return isTerminal(((await readStatus(project.root, id)) ?? 'received') as ShownStatus);
  });

beforeAll(async () => {
  const deployed = await createDeployedProject('--time-scale', '1');
  project = deployed;
  const { outputs } = deployed;
  const completed = await submit('low');
  await endWaits(completed, '300s');
  orders.set('completed', completed);
  orders.set('failed', await submit('payment-declined', '--wait'));
  orders.set('unknown', 'order-nobodyknow');
  const { url } = await project.runJson('local', 'status');
  const config = {
    endpoint: url,
    region: 'us-east-2',
    credentials: projectCredentials(project.root),
  };
  // Writes a cancelled order directly, because a cancellation takes longer than this test.
  const { order } = await project.runJson('get', orders.get('completed') ?? '');
  const cancelled = { ...order, orderId: 'order-cancelled', status: 'cancelled' };
  const executionArn = order.executionArn.replace(/[^/]+\/[^/]+$/, 'order-cancelled/none');
  await DynamoDBDocumentClient.from(new DynamoDBClient(config)).send(
    new PutCommand({ TableName: outputs.OrdersTableName, Item: { ...cancelled, executionArn } }),
  );
  orders.set('cancelled', 'order-cancelled');
  await deploy(
    'WarehouseWaitSeconds=600000',
    'ExecutionTimeoutSeconds=7200',
    'ProviderPatienceSeconds=0',
  );
  const timedOut = await submit('low');
  await project.orders('local', 'advance', '7200s');
  const stopped = await project.runJson('submit', '--sample', 'low');
  await project.orders('watch', stopped.orderId, '--until', 'validated');
  await new LambdaClient(config).send(
    new StopDurableExecutionCommand({ DurableExecutionArn: stopped.executionArn }),
  );
  orders.set('timed out', timedOut);
  orders.set('stopped', stopped.orderId);
  // The commands of the table do not wait long enough for recovery, which begins after a minute.
  for (const id of [timedOut, stopped.orderId]) await endWaits(id, '61s');
  orders.set('running', await submit('low'));
});
afterAll(() => project.close());

/** Commands whose codes the short run does not check: others read their orders in the same way. */
const longOnly = ['list -o id', 'history ID --follow --timeout 1s', 'watch ID --json --timeout 3s'];
const rows = Object.entries(table).filter(([command]) => full || !longOnly.includes(command));
const cells = rows.flatMap(([command, codes]) =>
  statuses.map((status, index) => [command, status, codes[index]] as const),
);

const name = 'orders %s of an order that is %s exits %i';

// Commands that run in turn share a process. Commands that wait for their timeout run at the same time.
it.each(cells.filter(([, , code]) => code !== 124))(name, expectCode);
it.concurrent.each(cells.filter(([, , code]) => code === 124))(name, expectCode);

async function expectCode(command: string, status: string, code: number | undefined) {
  // The order that a command submits is no longer unknown.
  const isNew = status === 'unknown' && command.startsWith('submit');
  const id = isNew ? 'order-submitted' : orders.get(status);
  const argv = command.split(' ').map((word) => (word === 'ID' ? (id ?? '') : word));
  const outcome = await project.orders(...argv);
  expect(outcome.code, outcome.stdout + outcome.stderr).toBe(code);
}
