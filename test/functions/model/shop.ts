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
import {
  rank,
  type StageId,
  stage,
  stages,
  statuses,
  type UndoId,
} from '../../../functions/contract/workflow.ts';
import { type Ended, recoverOrder } from '../../../functions/order-recovery/recover-order.ts';
import { processOrder } from '../../../functions/order-workflow/process-order.ts';
import { type Answer, execute } from '../durable-service.ts';
import { startTables } from '../stack-tables.ts';
import {
  type AtMoment,
  asFated,
  type Fates,
  fateAt,
  type RequestFates,
  type Told,
  telling,
  tellingAll,
  within,
} from './interruptions.ts';
import { type Notice, type Outcome, type Reviewed, undoable } from './order.ts';

/** How an order's executions go. */
export interface Course {
  readonly orderId: string;
  readonly order: Order;
  readonly fate?: Fates;
  /** Asked before every request to a table. */
  readonly requestFate?: RequestFates;
  /** Asked at every moment of the order's execution and of its recovery, in place of the others. */
  readonly atMoment?: AtMoment;
  /** What a person says of it when it is in doubt; approves it when that is not said. */
  readonly review?: Reviewed | undefined;
  /** How often the event of its end arrives: EventBridge delivers at least once. */
  readonly recoveries?: number;
  /** Of the recovery's execution. */
  readonly recoveryFate?: Fates;
  readonly recoveryRequestFate?: RequestFates;
  /** How an execution that is ended from outside is said to have ended. */
  readonly ended?: () => Ended;
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

  const workflow =
    (told: Told): DurableExecutionHandler<unknown> =>
    (event, context) =>
      processOrder(event, context, {
        ports: tellingAll(services, told),
        waitSeconds: { 'await-warehouse': 300, 'await-pickup': 180 },
        reviewSeconds: 60,
      });

  const recovery =
    (told: Told): DurableExecutionHandler<unknown> =>
    (event, context) =>
      recoverOrder(event as Parameters<typeof recoverOrder>[0], context, {
        ports: tellingAll(services, told),
        orders: telling({ read: readOrder, flag: flagOrder }, told),
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

    /** As `orders cancel` does: it asks, and stops an execution that waits and notices nothing. */
    async cancel(orderId: string): Promise<'refused' | 'requested' | 'stopped'> {
      const open = [...statuses.filter((each) => rank(each) < rank('shipped')), 'awaiting-review'];
      try {
        const { Attributes } = await documents.send(
          new UpdateCommand({
            TableName: 'OrdersTable',
            Key: { orderId },
            UpdateExpression: 'SET cancelRequested = if_not_exists(cancelRequested, :request)',
            ConditionExpression: `#status IN (${open.map((_, n) => `:s${n}`).join(', ')}) AND attribute_not_exists(handOver)`,
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: {
              ':request': { at: new Date().toISOString() },
              ...Object.fromEntries(open.map((each, n) => [`:s${n}`, each])),
            },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return waits.has(Attributes?.['status']) ? 'stopped' : 'requested';
      } catch (error) {
        if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
        return 'refused';
      }
    },

    /** Runs an order to its end: its execution, and its recovery when that did not close it. */
    async run(course: Course): Promise<void> {
      const { orderId, order, atMoment, ended = () => 'STOPPED' } = course;
      const fateOr = (fate?: Fates) => (atMoment ? fateAt(atMoment) : fate);
      const arn = `arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/${orderId}/1`;
      const fate = fateOr(course.fate);
      const { status } = await execute(
        (invocation) => within(workflow({ invocation, atMoment }), invocation, course.requestFate),
        {
          arn,
          event: { orderId, order },
          answer: answers[course.review ?? 'approve'],
          ...(fate && { fate }),
        },
      );
      if (status === 'SUCCEEDED') return;
      const detail = {
        durableExecutionArn: arn,
        durableExecutionName: orderId,
        status: status === 'ENDED' ? ended() : 'FAILED',
      };
      const recoveryFate = fateOr(course.recoveryFate);
      const recover = (_: unknown, number: number) =>
        execute(
          (invocation) =>
            within(recovery({ invocation, atMoment }), invocation, course.recoveryRequestFate),
          {
            arn: `${arn}-recovery-${number}`,
            event: { detail },
            ...(recoveryFate && { fate: recoveryFate }),
          },
        );
      await Promise.all(Array.from({ length: course.recoveries ?? 1 }, recover));
    },

    /** How an order stands, in the model's terms. */
    async outcomeOf(orderId: string): Promise<Outcome> {
      const record = (await item('OrdersTable', { orderId })) as OrderRecord;
      const calls = await callsOf(orderId);
      const effective = (call: string) =>
        calls.filter((each) => each['call'] === call && each['effective']).length;
      const end = record.flagged ? 'flagged' : record.status;
      const kinds = ['shipped', 'failed', 'cancelled'] as const;
      const why = record.failure && (ownReasons.get(record.failure.code) ?? 'rejected');
      return {
        end: end as Outcome['end'],
        ...(why && { why }),
        standing: undoable.filter(
          (id) => effective(doCalls[id] ?? id) !== effective(undoCalls[stage(id).undo]),
        ),
        undone: (Object.keys(undoCalls) as UndoId[])
          .flatMap((undo) => Array<UndoId>(effective(undoCalls[undo])).fill(undo))
          .reverse(),
        paid: effective('charge') - effective('refund'),
        stock: record.reservation ?? 'none',
        notices: kinds.flatMap((kind) => Array<Notice>(effective(`send-${kind}-email`)).fill(kind)),
        points: effective('update-loyalty-points') === 1,
        statuses: record.transitions.map((each) => each.status),
      };
    },
  };
}

export type Shop = Awaited<ReturnType<typeof openShop>>;

const waits = new Set<string>([
  ...stages.flatMap((each) => (each.kind === 'wait' ? [each.status] : [])),
  'awaiting-review',
]);

const decided = (decision: 'approve' | 'reject'): Answer => ({
  Status: 'SUCCEEDED',
  Result: JSON.stringify({ decision, by: 'alice', at: '2026-11-25T12:00:00.000Z' }),
});

const answers: Readonly<Record<Reviewed, Answer>> = {
  approve: decided('approve'),
  reject: decided('reject'),
  'time out': { Status: 'TIMED_OUT' },
};

const ownReasons = new Map(
  (['stopped', 'timed-out', 'technical-failure'] as const).map((code) => [code as string, code]),
);

/** Stage -> what the services log of it, if that is not its own name. */
const doCalls: Readonly<Partial<Record<StageId, string>>> = { 'process-payment': 'charge' };

/** Undo -> what the services log of it, the earliest stage's first. */
const undoCalls: Readonly<Record<UndoId, string>> = {
  'refund-payment': 'refund',
  'release-inventory': 'release-inventory',
  'void-invoice': 'void-invoice',
  'return-items': 'return-items',
  'cancel-shipping-label': 'cancel-shipping-label',
};
