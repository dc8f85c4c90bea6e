import type { DurableExecutionHandler } from '@aws/durable-execution-sdk-js';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { technicalFailure } from '../../functions/contract/failure.ts';
import type { Order } from '../../functions/contract/order.ts';
import { recordedCalls } from '../../functions/contract/recorded-calls.ts';
import { samples } from '../../functions/contract/samples.ts';
import { loyaltyBalanceKey } from '../../functions/contract/tables.ts';
import {
  stages,
  statuses,
  statusRank,
  undosForFailureAt,
} from '../../functions/contract/workflow.ts';
import type { Ports } from '../../functions/order-workflow/ports.ts';
import { processOrder } from '../../functions/order-workflow/process-order.ts';
import type { Fixture } from '../local/dynamodb/fixture.ts';
import { connectInProcess } from '../local/dynamodb/in-process.ts';
import { full } from '../support/full.ts';
import { dies, execute, type Invocation } from './durable-service.ts';
import { startTables } from './stack-tables.ts';
import { waitSeconds } from './wait-seconds.ts';

let fixture: Fixture;
let documents: DynamoDBDocumentClient;
let simulated: Ports;

beforeAll(async () => {
  fixture = await startTables();
  documents = DynamoDBDocumentClient.from(fixture.client);
  // Imported after the environment is set, because the client of the functions reads it.
  const { documents: functionsClient } = await import('../../functions/shared/dynamodb.ts');
  connectInProcess(functionsClient, fixture);
  ({ services: simulated } = await import('../../functions/order-workflow/services/services.ts'));
});
afterAll(() => fixture.close());

/** Wraps the ports so that a killed invocation makes no more calls. */
function livingPorts(invocation: Invocation): Ports {
  const guard = (port: object) =>
    Object.fromEntries(
      Object.entries(port).map(([name, call]) => [
        name,
        (...args: unknown[]) =>
          invocation.alive ? call(...args) : new Promise<never>(() => undefined),
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
      waitSeconds,
      reviewTimeoutSeconds: 60,
    });

const arnOf = (orderId: string, id = 'one') =>
  `arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/${orderId}/${id}`;

async function run(orderId: string, order: Order, { killing = false, id = 'one' } = {}) {
  const ended = await execute(workflow, {
    arn: arnOf(orderId, id),
    event: { orderId, order },
    ...(killing ? { decide: () => dies } : {}),
  });
  return { ...ended, record: await recordOf(orderId), calls: await callsOf(orderId) };
}

async function recordOf(orderId: string) {
  const { Item } = await documents.send(
    new GetCommand({ TableName: 'OrdersTable', Key: { orderId } }),
  );
  return Item as OrderRecord;
}

/** The calls on the order's item and in the provider-calls table. */
async function callsOf(orderId: string) {
  const { Items = [] } = await documents.send(
    new QueryCommand({
      TableName: 'ProviderCallsTable',
      KeyConditionExpression: 'orderId = :id',
      ExpressionAttributeValues: { ':id': orderId },
    }),
  );
  const record = await recordOf(orderId);
  const recorded: Record<string, unknown>[] = (record ? recordedCalls(record) : []).map((call) => ({
    ...call,
    effective: true,
  }));
  return [...recorded, ...Items];
}

async function stockOf(productId: string) {
  const { Item } = await documents.send(
    new GetCommand({ TableName: 'ProductsTable', Key: { productId } }),
  );
  return Item;
}

async function pointsOf(customerId: string) {
  const { Item } = await documents.send(
    new GetCommand({ TableName: 'LoyaltyTable', Key: loyaltyBalanceKey(customerId) }),
  );
  return Item?.['points'];
}

const stock = (productId: string, available: number) =>
  documents.send(
    new PutCommand({ TableName: 'ProductsTable', Item: { productId, available, reserved: 0 } }),
  );

const effective = (calls: Record<string, unknown>[], call: string) =>
  calls.filter((logged) => logged['call'] === call && logged['effective']).length;

const recorded = (record: OrderRecord) => record.transitions.map(({ status }) => status);

const orderOf = (fields: Partial<Order>): Order => ({ ...(samples['high'] as Order), ...fields });

const line = (productId: string, quantity = 1) => ({
  productId,
  name: 'Thing',
  quantity,
  price: 3500,
});

describe.each([{ killing: false }, { killing: true }])(
  'with an environment that is killed after every checkpoint: $killing',
  ({ killing }) => {
    const suffix = killing ? 'killed' : 'calm';
    // In the short run, most orders are only processed with kills: their invocations replay what ran before.
    const isIncluded = killing || full;

    it('completes an order with each side effect once', async () => {
      await stock(`P-${suffix}`, 10);
      const order = orderOf({
        customerId: `C-${suffix}`,
        customerPhone: '+1 555 0100',
        items: [line(`P-${suffix}`, 2), line(`P-${suffix}`, 1)],
      });
      const done = await run(`done-${suffix}`, order, { killing });
      expect(done.result).toEqual({ orderId: `done-${suffix}`, outcome: 'completed' });
      expect(done.names).toEqual(stages.map(({ id }) => id));
      expect(recorded(done.record)).toEqual(statuses);
      expect(effective(done.calls, 'charge')).toBe(1);
      expect(effective(done.calls, 'send-shipped-email')).toBe(1);
      expect(effective(done.calls, 'send-shipped-text')).toBe(1);
      expect(await stockOf(`P-${suffix}`)).toMatchObject({ available: 7, reserved: 0, sold: 3 });
      expect(await pointsOf(`C-${suffix}`)).toBe(1050);
      const steps = stages.filter(({ kind }) => kind === 'step').length;
      if (killing) expect(done.invocations).toBeGreaterThan(steps);
      else expect(done.invocations).toBe(stages.length - steps + 1);
    });

    it.runIf(isIncluded)('undoes everything once if the items are damaged', async () => {
      await stock('DAMAGED', 10);
      const id = `damaged-${suffix}`;
      const { result, record, calls } = await run(id, orderOf({ items: [line('DAMAGED', 2)] }), {
        killing,
      });
      expect(result).toMatchObject({ outcome: 'rejected', failure: { code: 'damaged' } });
      expect(record.status).toBe('failed');
      expect(record.undos).toEqual(
        undosForFailureAt('quality-check', 'rejected').map((undo) => ({ undo, outcome: 'done' })),
      );
      expect(effective(calls, 'charge')).toBe(1);
      const undos = ['refund', 'release-inventory', 'void-invoice', 'return-items'];
      for (const once of [...undos, 'send-failed-email']) {
        expect([once, effective(calls, once)]).toEqual([once, 1]);
      }
      expect(await stockOf('DAMAGED')).toMatchObject({ available: 10, reserved: 0 });
    });

    it.runIf(isIncluded)(
      'fails if a provider cannot process the order, and refunds nothing that was not charged',
      async () => {
        const { status, error, record, calls } = await run(
          `down-${suffix}`,
          orderOf({ customerId: 'PAYMENT-DOWN' }),
          { killing },
        );
        expect(status).toBe('FAILED');
        expect(error).toContain('process-payment cannot process this order');
        expect(record.failure?.code).toBe(technicalFailure);
        expect(record.undos).toEqual([{ undo: 'refund-payment', outcome: 'done' }]);
        expect(effective(calls, 'charge') + effective(calls, 'refund')).toBe(0);
      },
    );

    it
      .runIf(isIncluded)
      .each(full ? ['PAYMENT-TRANSIENT', 'PAYMENT-HICCUP'] : ['PAYMENT-TRANSIENT'])(
      'retries a transient error and charges once (%s)',
      async (customerId) => {
        const { record, calls } = await run(
          `${customerId.toLowerCase()}-${suffix}`,
          orderOf({ customerId }),
          { killing },
        );
        expect(record.status).toBe('completed');
        const charges = calls.filter(({ call }) => call === 'charge');
        expect(new Set(charges.map(({ attempt }) => attempt))).toEqual(new Set([1, 2, 3]));
        expect(effective(calls, 'charge')).toBe(1);
      },
    );

    it.runIf(isIncluded)('never moves a status backward', async () => {
      const { record } = await run(`forward-${suffix}`, orderOf({ customerId: 'UNREACHABLE' }), {
        killing,
      });
      const ranks = recorded(record).map(statusRank);
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      expect(new Set(ranks).size).toBe(ranks.length);
      expect(record.warnings).toEqual([
        {
          stage: 'send-notifications',
          message: 'The provider of send-notifications cannot process this order (500)',
        },
      ]);
    });
  },
);

it('stores every received field of an order without items, with total 0', async () => {
  const order = { ...(samples['invalid'] as Order), customerPhone: '+1 555 0100' };
  const { record } = await run('empty', order);
  expect(record).toMatchObject({ ...order, orderId: 'empty', status: 'failed', total: 0 });
  expect(record.executionArn).toBe(arnOf('empty'));
  expect(recorded(record)).toEqual(['failed']);
});

it('writes nothing for an event that is not an order', async () => {
  const order = { ...orderOf({}), customerEmail: 'nobody' } as Order;
  const { result, record } = await run('illegal', order);
  expect(result).toMatchObject({
    outcome: 'rejected',
    failure: { message: 'customerEmail must be an e-mail address' },
  });
  expect(record).toBeUndefined();
});

it.each([
  ['a valid order', orderOf({ customerId: 'SECOND' })],
  ['an empty order', samples['invalid'] as Order],
])('changes nothing if another execution starts %s with the same id', async (kind, second) => {
  const id = `taken-${kind.length}`;
  const { record: before } = await run(id, orderOf({ customerId: 'FIRST' }));
  const again = await run(id, second, { id: 'two' });
  expect(again.result).toMatchObject({ failure: { code: 'order-id-taken' } });
  expect(again.record).toEqual(before);
});

it('never sells more units than available to concurrent orders', async () => {
  const available = full ? 3 : 1;
  await stock('RARE', available);
  const ids = Array.from({ length: 2 * available }, (_, index) => `rare-${index}`);
  const ended = await Promise.all(ids.map((id) => run(id, orderOf({ items: [line('RARE')] }))));
  const outcomes = ended.map(({ result }) => (result as { outcome: string }).outcome).sort();
  expect(outcomes).toEqual([
    ...Array(available).fill('completed'),
    ...Array(available).fill('rejected'),
  ]);
  expect(await stockOf('RARE')).toMatchObject({ available: 0, reserved: 0, sold: available });
});

it('accepts the name of the balance as an order id', async () => {
  const { record } = await run('balance', orderOf({ customerId: 'B' }));
  expect(record.status).toBe('completed');
  expect(record.warnings).toBeUndefined();
  expect(await pointsOf('B')).toBe(350);
});

it('logs no e-mail address', async () => {
  const { calls } = await run('private', orderOf({}));
  expect(JSON.stringify(calls)).not.toContain('@');
});
