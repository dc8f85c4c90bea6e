import { AsyncLocalStorage } from 'node:async_hooks';
import type { DurableExecutionHandler } from '@aws/durable-execution-sdk-js';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Order } from '../../../functions/contract/order.ts';
import { rank, statuses, type UndoId } from '../../../functions/contract/workflow.ts';
import { type Ended, recoverOrder } from '../../../functions/order-recovery/recover-order.ts';
import { processOrder } from '../../../functions/order-workflow/process-order.ts';
import { execute, type Fate, type Invocation } from '../durable-service.ts';
import { startTables } from '../stack-tables.ts';
import type { Outcome } from './model.ts';

/** What happens before a request of a service to a table: it is sent, the environment dies, or the execution is ended. */
export type RequestFates = () => 'go on' | 'die' | 'end';

type Fates = NonNullable<Parameters<typeof execute>[1]['fate']>;

/** How an order's executions go. */
export interface Course {
  readonly orderId: string;
  readonly order: Order;
  readonly fate?: Fates;
  /** Asked before every request to a table. */
  readonly requestFate?: RequestFates;
  /** Of the recovery's execution. */
  readonly recoveryFate?: Fates;
  readonly recoveryRequestFate?: RequestFates;
  /** How an execution that is ended from outside is said to have ended. */
  readonly ended?: Ended;
}

/** The real workflow, recovery and services over the template's tables, with executions that tests can disturb. */
export async function openShop() {
  const fixture = await startTables();
  const documents = DynamoDBDocumentClient.from(fixture.client);
  // Only now: the functions' client reads the environment.
  const { services } = await import('../../../functions/order-workflow/services/services.ts');
  const { readOrder, flagOrder } = await import('../../../functions/order-recovery/orders.ts');

  const { documents: ofFunctions } = await import('../../../functions/shared/tables.ts');
  ofFunctions.middlewareStack.add(asFated, { step: 'initialize', name: 'fated' });

  const workflow: DurableExecutionHandler<unknown> = (event, context) =>
    processOrder(event, context, {
      ports: services,
      waitSeconds: { 'await-warehouse': 300, 'await-pickup': 180 },
      reviewSeconds: 60,
    });

  const recovery: DurableExecutionHandler<unknown> = (event, context) =>
    recoverOrder(event as Parameters<typeof recoverOrder>[0], context, {
      ports: services,
      orders: { read: readOrder, flag: flagOrder },
      settleSeconds: 60,
    });

  const item = async (TableName: string, Key: Record<string, string>) =>
    (await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;

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

  return {
    close: () => fixture.close(),
    recordOf: async (orderId: string) => (await item('OrdersTable', { orderId })) as OrderRecord,
    pointsOf: async (customerId: string) =>
      Number((await item('LoyaltyTable', { customerId, entry: 'balance' }))?.['points'] ?? 0),
    /** What the customer has paid for it and not got back, in minor units. */
    async paidFor(orderId: string): Promise<number> {
      const payment = await item('PaymentsTable', { idempotencyKey: `${orderId}/process-payment` });
      return payment?.['state'] === 'charged' ? Math.round(Number(payment['amount']) * 100) : 0;
    },
    /** How often each message of an order was sent. */
    async messagesOf(orderId: string): Promise<Record<string, number>> {
      const sent: Record<string, number> = {};
      for (const { call, effective } of await callsOf(orderId)) {
        if (effective && /^send-.*-(email|text)$/.test(call)) sent[call] = (sent[call] ?? 0) + 1;
      }
      return sent;
    },
    stockOf: (productId: string) => item('ProductsTable', { productId }),
    stock: (productId: string, available: number) =>
      documents.send(
        new PutCommand({ TableName: 'ProductsTable', Item: { productId, available, reserved: 0 } }),
      ),
    async products() {
      const { Items = [] } = await documents.send(new ScanCommand({ TableName: 'ProductsTable' }));
      return Items;
    },

    /** As `orders cancel` asks for it; whether it was taken. */
    async cancel(orderId: string): Promise<boolean> {
      const open = statuses.filter((each) => rank(each) < rank('shipped'));
      try {
        await documents.send(
          new UpdateCommand({
            TableName: 'OrdersTable',
            Key: { orderId },
            UpdateExpression: 'SET cancelRequested = :request',
            ConditionExpression: `#status IN (${open.map((_, n) => `:s${n}`).join(', ')}) AND attribute_not_exists(handOver)`,
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: {
              ':request': { at: new Date().toISOString() },
              ...Object.fromEntries(open.map((each, n) => [`:s${n}`, each])),
            },
          }),
        );
        return true;
      } catch (error) {
        if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
        return false;
      }
    },

    /** Runs an order to its end: its execution, and its recovery when that did not close it. */
    async run(course: Course): Promise<void> {
      const { orderId, order, fate, recoveryFate, ended = 'STOPPED' } = course;
      const arn = `arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/${orderId}/1`;
      const event = { orderId, order };
      const { status } = await execute(within(workflow, course.requestFate), {
        arn,
        event,
        ...(fate && { fate }),
      });
      if (status === 'SUCCEEDED') return;
      const detail = {
        durableExecutionArn: arn,
        durableExecutionName: orderId,
        status: status === 'ENDED' ? ended : 'FAILED',
      };
      await execute(within(recovery, course.recoveryRequestFate), {
        arn: `${arn}-recovery`,
        event: { detail },
        ...(recoveryFate && { fate: recoveryFate }),
      });
    },

    /** How an order stands, in the model's terms. */
    async outcomeOf(orderId: string): Promise<Outcome> {
      const record = (await item('OrdersTable', { orderId })) as OrderRecord;
      const calls = await callsOf(orderId);
      const effective = (call: string) =>
        calls.filter((each) => each['call'] === call && each['effective']).length;
      const end = record.flagged ? 'flagged' : record.status;
      const kinds = ['shipped', 'failed', 'cancelled'] as const;
      return {
        end: end as Outcome['end'],
        undone: (Object.keys(undoCalls) as UndoId[])
          .flatMap((undo) => Array<UndoId>(effective(undoCalls[undo])).fill(undo))
          .reverse(),
        paid: effective('charge') - effective('refund'),
        stock: record.reservation ?? 'none',
        notices: kinds.flatMap((kind) =>
          Array<(typeof kinds)[number]>(effective(`send-${kind}-email`)).fill(kind),
        ),
        points: effective('update-loyalty-points') === 1,
        statuses: record.transitions.map((each) => each.status),
      };
    },
  };
}

export type Shop = Awaited<ReturnType<typeof openShop>>;

/** Undo -> what the services log of it, the earliest stage's first. */
const undoCalls: Readonly<Record<UndoId, string>> = {
  'refund-payment': 'refund',
  'release-inventory': 'release-inventory',
  'void-invoice': 'void-invoice',
  'return-items': 'return-items',
  'cancel-shipping-label': 'cancel-shipping-label',
};

interface Whereabouts {
  readonly invocation: Invocation;
  readonly fate: RequestFates;
}

const whereabouts = new AsyncLocalStorage<Whereabouts>();

/** A handler whose requests are the invocation's: they die with it. */
const within =
  (handler: DurableExecutionHandler<unknown>, fate: RequestFates = () => 'go on') =>
  (invocation: Invocation): DurableExecutionHandler<unknown> =>
  (event, context) =>
    whereabouts.run({ invocation, fate }, () => handler(event, context));

/** What a killed process has not sent, it never does. */
const asFated = <Send extends (args: never) => Promise<unknown>>(send: Send): Send =>
  ((args: never) => {
    const here = whereabouts.getStore();
    if (!here) return send(args);
    const how = here.invocation.alive ? here.fate() : 'die';
    if (how === 'go on') return send(args);
    if (here.invocation.alive) here.invocation.cut(how);
    return new Promise<never>(() => undefined);
  }) as Send;

export type { Fate, Fates };
