import type { DurableExecutionHandler } from '@aws/durable-execution-sdk-js';
import {
  DynamoDBDocumentClient,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Order } from '../../../functions/contract/order.ts';
import { rank, stages, statuses } from '../../../functions/contract/workflow.ts';
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
import type { Reviewed } from './order.ts';
import { openBooks } from './side-effects.ts';

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
  const { readOrder, flagOrder } = await import(
    '../../../functions/order-recovery/orders-table.ts'
  );

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

  const books = openBooks(documents);

  return {
    ...books,
    close: () => fixture.close(),
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
