import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { cancelSchema } from '../../src/cli/schemas/cancel.ts';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import { readStatus } from '../support/order-status.ts';
import type { Project } from '../support/project.ts';
import { waitForStatus } from '../support/wait-for-status.ts';

let project: Project;
let callsTable: string;

beforeAll(async () => {
  // Waits of four and six seconds are long enough for the actions of this test.
  const deployed = await createDeployedProject('--time-scale', '48');
  project = deployed;
  callsTable = deployed.outputs.ProviderCallsTableName;
});
afterAll(() => project.close());

const submit = async (): Promise<string> =>
  (await project.runJson('submit', '--sample', 'low')).orderId;
const reaches = (orderId: string, status: string) => waitForStatus(project, orderId, status);
const cancel = async (...argv: string[]) =>
  v.parse(cancelSchema, await project.runJson('cancel', ...argv));

/** Returns the number of effective charges minus refunds. */
async function paid(orderId: string): Promise<number> {
  const { url } = await project.runJson('local', 'status');
  const credentials = projectCredentials(project.root);
  const client = new DynamoDBClient({ endpoint: url, region: 'us-east-2', credentials });
  const { Items = [] } = await DynamoDBDocumentClient.from(client).send(
    new QueryCommand({
      TableName: callsTable,
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': orderId },
    }),
  );
  const effective = Items.filter((item) => item['effective']).map((item) => item['call']);
  const times = (call: string) => effective.filter((effect) => effect === call).length;
  return times('charge') - times('refund');
}

const stock = async () => (await project.runJson('inventory', 'list'))[0];

it.each(full ? ['awaiting-warehouse', 'awaiting-pickup'] : ['awaiting-pickup'])(
  'undoes an order that is cancelled while it is %s: refunded, nothing reserved, nothing sold',
  async (wait) => {
    const orderId = await submit();
    await reaches(orderId, wait);
    const before = await stock();
    const [outcome] = await cancel(orderId, '--reason', 'ordered twice', '--wait');
    expect(outcome).toMatchObject({ orderId, status: 'cancelled' });
    const { order } = await project.runJson('get', orderId);
    expect(order.cancelRequested.reason).toBe('ordered twice');
    expect(order.undos.map(({ outcome }: { outcome: string }) => outcome)).not.toContain('failed');
    expect(await paid(orderId)).toBe(0);
    expect(await stock()).toEqual({
      ...before,
      available: before.available + 2,
      reserved: before.reserved - 2,
    });
    expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(12);
    // An ordinary cancellation needs nobody's attention.
    expect(await project.runJson('dead-letters', 'list')).toEqual([]);
  },
);

it('completes a cancellation after the runtime is killed', async () => {
  const orderId = await submit();
  await reaches(orderId, 'awaiting-warehouse');
  await cancel(orderId);
  await project.killRuntime();
  expect((await project.orders('watch', orderId, '--ui', 'quiet')).code).toBe(12);
  expect(await paid(orderId)).toBe(0);
});

it('refuses an order that has ended, was handed to the carrier or does not exist', async () => {
  const { orderId } = await project.runJson('submit', '--sample', 'low', '--wait');
  const ended = await project.orders('cancel', orderId);
  expect(ended).toMatchObject({ code: 6, stderr: expect.stringContaining('is already completed') });
  expect((await project.orders('cancel', 'order-nobodyknow')).code).toBe(5);
  expect((await project.orders('cancel')).code).toBe(2);
  expect(await paid(orderId)).toBe(1);
});

it('lists the orders that match a filter, and cancels several only after confirmation', async () => {
  const ids = [await submit(), await submit()];
  // A filter only finds orders in the table, after their first step.
  for (const id of ids) {
    await vi.waitUntil(async () => (await readStatus(project.root, id)) !== undefined);
  }
  const asked = await project.orders('cancel', '--customer', 'CUST-001');
  expect(asked.code).toBe(4);
  for (const id of ids) expect(asked.stderr).toContain(id);
  const outcomes = await cancel('--customer', 'CUST-001', '--yes', '--wait');
  expect(outcomes.map(({ orderId }) => orderId).sort()).toEqual(ids.toSorted());
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['cancelled']));
  const mixed = await project.orders('cancel', ...ids, '--yes', '--json');
  expect(mixed.code).toBe(13);
  expect(JSON.parse(mixed.stdout).data).toMatchObject([
    { result: 'refused' },
    { result: 'refused' },
  ]);
});
