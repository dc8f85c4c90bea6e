import type { DurableExecutionHandler } from '@aws/durable-execution-sdk-js';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import type { Order } from '../../functions/contract/order.ts';
import { samples } from '../../functions/contract/samples.ts';
import { rank, stages, statuses, undosAfter } from '../../functions/contract/workflow.ts';
import type { Ports } from '../../functions/order-workflow/ports.ts';
import { processOrder } from '../../functions/order-workflow/process-order.ts';
import type { Fixture } from '../local/dynamodb/fixture.ts';
import { dies, execute, type Invocation } from './durable-service.ts';
import { startTables } from './stack-tables.ts';

let fixture: Fixture;
let documents: DynamoDBDocumentClient;
let simulated: Ports;

beforeAll(async () => {
  fixture = await startTables();
  documents = DynamoDBDocumentClient.from(fixture.client);
  // Only now: the functions' client reads the environment.
  ({ services: simulated } = await import('../../functions/order-workflow/services/services.ts'));
});
afterAll(() => fixture.close());

/** The same ports, dead with their invocation: what a killed process has not begun, it never does. */
function livingPorts(invocation: Invocation): Ports {
  const guard = (port: object) =>
    Object.fromEntries(
      Object.entries(port).map(([name, call]) => [
        name,
        (...given: unknown[]) =>
          invocation.alive ? call(...given) : new Promise<never>(() => undefined),
      ]),
    );
  return Object.fromEntries(
    Object.entries(simulated).map(([name, port]) => [name, guard(port)]),
  ) as unknown as Ports;
}

const workflow =
  (invocation: Invocation): DurableExecutionHandler<unknown> =>
  (event, context) =>
    processOrder(event, context, {
      ports: livingPorts(invocation),
      waitSeconds: { 'await-warehouse': 300, 'await-pickup': 180 },
      reviewSeconds: 60,
    });

const arnOf = (orderId: string, id = 'one') =>
  `arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/${orderId}/${id}`;

async function run(orderId: string, order: Order, { killing = false, id = 'one' } = {}) {
  const ended = await execute(workflow, {
    arn: arnOf(orderId, id),
    event: { orderId, order },
    ...(killing ? { fate: () => dies } : {}),
  });
  return { ...ended, record: await recordOf(orderId), calls: await callsOf(orderId) };
}

async function recordOf(orderId: string) {
  const { Item } = await documents.send(
    new GetCommand({ TableName: 'OrdersTable', Key: { orderId } }),
  );
  return Item as OrderRecord;
}

async function callsOf(orderId: string) {
  const { Items = [] } = await documents.send(
    new QueryCommand({
      TableName: 'ProviderCallsTable',
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': orderId },
    }),
  );
  return Items;
}

async function stockOf(productId: string) {
  const { Item } = await documents.send(
    new GetCommand({ TableName: 'ProductsTable', Key: { productId } }),
  );
  return Item;
}

async function pointsOf(customerId: string) {
  const { Item } = await documents.send(
    new GetCommand({ TableName: 'LoyaltyTable', Key: { customerId, entry: 'balance' } }),
  );
  return Item?.['points'];
}

const stock = (productId: string, available: number) =>
  documents.send(
    new PutCommand({ TableName: 'ProductsTable', Item: { productId, available, reserved: 0 } }),
  );

const effective = (calls: Record<string, unknown>[], call: string) =>
  calls.filter((each) => each['call'] === call && each['effective']).length;

const recorded = (record: OrderRecord) => record.transitions.map((each) => each.status);

const orderOf = (given: Partial<Order>): Order => ({ ...(samples['high'] as Order), ...given });

const line = (productId: string, quantity = 1) => ({
  productId,
  name: 'Thing',
  quantity,
  price: 3500,
});

describe.each([{ killing: false }, { killing: true }])(
  'with an environment killed after every checkpoint: $killing',
  ({ killing }) => {
    const suffix = killing ? 'killed' : 'calm';

    it('completes an order with each effect once', async () => {
      await stock(`P-${suffix}`, 10);
      const order = orderOf({
        customerId: `C-${suffix}`,
        customerPhone: '+1 555 0100',
        items: [line(`P-${suffix}`, 2), line(`P-${suffix}`, 1)],
      });
      const done = await run(`done-${suffix}`, order, { killing });
      expect(done.result).toEqual({ orderId: `done-${suffix}`, outcome: 'completed' });
      expect(done.names).toEqual(stages.map((each) => each.id));
      expect(recorded(done.record)).toEqual(statuses);
      expect(effective(done.calls, 'charge')).toBe(1);
      expect(effective(done.calls, 'send-shipped-email')).toBe(1);
      expect(effective(done.calls, 'send-shipped-text')).toBe(1);
      expect(await stockOf(`P-${suffix}`)).toMatchObject({ available: 7, reserved: 0, sold: 3 });
      expect(await pointsOf(`C-${suffix}`)).toBe(1050);
      if (killing) expect(done.invocations).toBeGreaterThan(15);
      else expect(done.invocations).toBe(3);
    });

    it('takes everything back once when the goods are damaged', async () => {
      await stock('DAMAGED', 10);
      const id = `damaged-${suffix}`;
      const { result, record, calls } = await run(id, orderOf({ items: [line('DAMAGED', 2)] }), {
        killing,
      });
      expect(result).toMatchObject({ outcome: 'rejected', failure: { code: 'damaged' } });
      expect(record.status).toBe('failed');
      expect(record.undos).toEqual(
        undosAfter('quality-check', 'rejected').map((undo) => ({ undo, outcome: 'done' })),
      );
      expect(effective(calls, 'charge')).toBe(1);
      const undos = ['refund', 'release-inventory', 'void-invoice', 'return-items'];
      for (const once of [...undos, 'send-failed-email']) {
        expect([once, effective(calls, once)]).toEqual([once, 1]);
      }
      expect(await stockOf('DAMAGED')).toMatchObject({ available: 10, reserved: 0 });
    });

    it('fails loudly when a provider stays away, and takes nothing back that never happened', async () => {
      const { status, error, record, calls } = await run(
        `down-${suffix}`,
        orderOf({ customerId: 'PAYMENT-DOWN' }),
        { killing },
      );
      expect(status).toBe('FAILED');
      expect(error).toContain('process-payment is not available');
      expect(record.failure?.code).toBe('technical-failure');
      expect(record.undos).toEqual([{ undo: 'refund-payment', outcome: 'done' }]);
      expect(effective(calls, 'charge') + effective(calls, 'refund')).toBe(0);
    });

    it('rides out a payment hiccup and charges once', async () => {
      const { record, calls } = await run(
        `hiccup-${suffix}`,
        orderOf({ customerId: 'PAYMENT-HICCUP' }),
        { killing },
      );
      expect(record.status).toBe('completed');
      const charges = calls.filter((each) => each['call'] === 'charge');
      expect(new Set(charges.map((each) => each['attempt']))).toEqual(new Set([1, 2, 3]));
      expect(effective(calls, 'charge')).toBe(1);
    });

    it('never moves a status back', async () => {
      const { record } = await run(`forward-${suffix}`, orderOf({ customerId: 'UNREACHABLE' }), {
        killing,
      });
      const ranks = recorded(record).map(rank);
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      expect(new Set(ranks).size).toBe(ranks.length);
      expect(record.warnings).toEqual([
        {
          stage: 'send-notifications',
          message: 'The provider of send-notifications is not available (503)',
        },
      ]);
    });
  },
);

it('keeps every received field of an order without items, with total 0', async () => {
  const order = { ...(samples['invalid'] as Order), customerPhone: '+1 555 0100' };
  const { record } = await run('empty', order);
  expect(record).toMatchObject({ ...order, orderId: 'empty', status: 'failed', total: 0 });
  expect(record.executionArn).toBe(arnOf('empty'));
  expect(recorded(record)).toEqual(['failed']);
});

it('writes nothing for an event that is not an order', async () => {
  const order = { ...orderOf({}), customerEmail: 'nobody' } as Order;
  const { error, record } = await run('illegal', order);
  expect(error).toBe('customerEmail must be an e-mail address');
  expect(record).toBeUndefined();
});

it.each([
  ['a good order', orderOf({ customerId: 'SECOND' })],
  ['an empty one', samples['invalid'] as Order],
])('leaves an order alone when another execution brings %s under its id', async (what, second) => {
  const id = `taken-${what.length}`;
  const { record: before } = await run(id, orderOf({ customerId: 'FIRST' }));
  const again = await run(id, second, { id: 'two' });
  expect(again.error).toContain('belongs to another execution');
  expect(again.record).toEqual(before);
});

it('never sells more than there is, however many orders come at once', async () => {
  await stock('RARE', 3);
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'].map((each) => `rare-${each}`);
  const ended = await Promise.all(ids.map((id) => run(id, orderOf({ items: [line('RARE')] }))));
  const outcomes = ended.map(({ result }) => (result as { outcome: string }).outcome).sort();
  expect(outcomes).toEqual([...Array(3).fill('completed'), ...Array(3).fill('rejected')]);
  expect(await stockOf('RARE')).toMatchObject({ available: 0, reserved: 0, sold: 3 });
});

it('takes an order id that reads like the name of the balance', async () => {
  const { record } = await run('balance', orderOf({ customerId: 'B' }));
  expect(record.status).toBe('completed');
  expect(record.warnings).toBeUndefined();
  expect(await pointsOf('B')).toBe(350);
});

it('holds no e-mail address in what a step returns or a provider logs', async () => {
  const { calls } = await run('private', orderOf({}));
  expect(JSON.stringify(calls)).not.toContain('@');
});
