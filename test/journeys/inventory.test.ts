import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canonicalEvent } from '../../functions/contract/order.ts';
import { samples } from '../../functions/contract/samples.ts';
import { inventorySchema, stockSchema } from '../../src/cli/schemas/inventory.ts';
import { projectCredentials } from '../support/credentials.ts';
import type { DeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { openSharedProject } from '../support/shared-project.ts';

/** Number of concurrent orders of one product, and its units in stock. */
const [buyers, pieces] = full ? [80, 20] : [5, 2];

/** Customer of the orders of this file. */
const customerId = 'INVENTORY';
let project: Project;
let outputs: DeployedProject['outputs'];
let config: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};

beforeAll(async () => {
  const deployed = await openSharedProject();
  project = deployed;
  ({ outputs } = deployed);
  const { url } = await project.runJson('local', 'status');
  const credentials = projectCredentials(project.root);
  config = { endpoint: url, region: 'us-east-2', credentials };
});
afterAll(() => project.close());

const stock = async (productId: string) => {
  const all = v.parse(inventorySchema, await project.runJson('inventory', 'list'));
  return all.find((product) => product.productId === productId);
};

it(`sells exactly ${pieces} units to ${buyers} concurrent orders, and none stays reserved`, async () => {
  await project.orders('inventory', 'set', 'RARE', String(pieces), '--create');
  const lambda = new LambdaClient(config);
  const ids = Array.from({ length: buyers }, (_, index) => `order-rare-${index}`);
  const [line] = samples['low']?.items ?? [];
  const order = {
    customerId,
    customerEmail: 'a@example.com',
    items: [{ productId: 'RARE', name: line?.name ?? '', price: 10, quantity: 1 }],
  };
  await Promise.all(
    ids.map((orderId) =>
      lambda.send(
        new InvokeCommand({
          FunctionName: outputs['OrderProcessingAliasArn'],
          InvocationType: 'Event',
          DurableExecutionName: orderId,
          Payload: canonicalEvent({ orderId, order }),
        }),
      ),
    ),
  );
  await project.orders('watch', ...ids, '--ui', 'quiet', '--timeout', '8m');
  const ended = await project.runJson('list', '--all', '--customer', customerId);
  const by = (status: string) =>
    ended.filter((order: { status: string }) => order.status === status);
  expect(by('completed')).toHaveLength(pieces);
  expect(by('failed')).toHaveLength(buyers - pieces);
  for (const { failure } of by('failed')) expect(failure.code).toBe('out-of-stock');
  expect(await stock('RARE')).toEqual({
    productId: 'RARE',
    available: 0,
    reserved: 0,
    sold: pieces,
  });
  // An order that got no stock was refunded.
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const effects = async (orderId: string) => {
    const { Items = [] } = await tables.send(
      new QueryCommand({
        TableName: outputs['ProviderCallsTableName'],
        KeyConditionExpression: 'orderId = :id',
        ExpressionAttributeValues: { ':id': orderId },
      }),
    );
    const calls = Items.filter(({ effective }) => effective).map(({ call }) => call);
    const times = (call: string) => calls.filter((other) => other === call).length;
    return times('charge') - times('refund');
  };
  const balances = await Promise.all(
    ended.map(async ({ orderId, status }: { orderId: string; status: string }) => [
      status,
      await effects(orderId),
    ]),
  );
  for (const [status, paid] of balances) expect(paid).toBe(status === 'completed' ? 1 : 0);
});

it('sets and adjusts the stock of a product, and removes at most the available units', async () => {
  const set = v.parse(
    stockSchema,
    await project.runJson('inventory', 'set', 'BOOK', '5', '--create'),
  );
  expect(set).toEqual({ productId: 'BOOK', available: 5, reserved: 0, sold: 0 });
  const less = await project.runJson('inventory', 'adjust', 'BOOK', '--take', '3');
  expect(less.available).toBe(2);
  const tooMany = await project.orders('inventory', 'adjust', 'BOOK', '--take', '3');
  expect(tooMany).toMatchObject({ code: 6, stderr: expect.stringContaining('only 2 units') });
  const nobody = await project.orders('inventory', 'adjust', 'NOBODY', '--add', '3');
  expect(nobody).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('inventory set NOBODY'),
  });
  for (const argv of [
    ['set', 'NOBODY', '3'],
    ['recount', 'NOBODY', '--yes'],
  ]) {
    const refused = await project.orders('inventory', ...argv);
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('--create') });
  }
  expect((await project.orders('inventory', 'set', 'BOOK', '-1')).code).toBe(2);
  for (const flags of [[], ['--gather', '--divide'], ['--gather', '--add', '3']]) {
    expect((await project.orders('inventory', 'adjust', 'BOOK', ...flags)).code).toBe(2);
  }
  expect((await stock('BOOK'))?.available).toBe(2);
});

it('moves the units of a product to one item and back, and shows their sum', async () => {
  const all = { productId: 'MOVED', available: 100, reserved: 0, sold: 0 };
  expect(await project.runJson('inventory', 'set', 'MOVED', '100', '--create')).toEqual(all);
  for (const flag of ['--gather', '--divide']) {
    const moved = await project.runJson('inventory', 'adjust', 'MOVED', flag);
    expect(v.parse(stockSchema, moved)).toEqual(all);
    const nobody = await project.orders('inventory', 'adjust', 'NOBODY', flag);
    expect(nobody).toMatchObject({ code: 5, stderr: expect.stringContaining('--create') });
  }
});
