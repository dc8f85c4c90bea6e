import type { DurableExecutionHandler } from '@aws/durable-execution-sdk-js';
import {
  DynamoDBDocumentClient,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Order } from '../../../functions/contract/order.ts';
import { divideUnits, stockKey } from '../../../functions/contract/stock.ts';
import {
  pointOfNoReturn,
  stage,
  stages,
  statuses,
  statusRank,
} from '../../../functions/contract/workflow.ts';
import { type AbnormalEnd, recoverOrder } from '../../../functions/order-recovery/recover-order.ts';
import { processOrder } from '../../../functions/order-workflow/process-order.ts';
import { connectInProcess } from '../../local/dynamodb/in-process.ts';
import { type CallbackResult, execute } from '../durable-service.ts';
import { startTables } from '../stack-tables.ts';
import { waitSeconds } from '../wait-seconds.ts';
import {
  type AtMoment,
  type CheckpointDecisions,
  decisionAtMoments,
  interruptible,
  type ReportOptions,
  type RequestDecisions,
  reporting,
  reportingAll,
  runWithin,
} from './interruptions.ts';
import type { ReviewOutcome } from './order.ts';
import { createSideEffectModel } from './side-effects.ts';

/** An order and the interruptions of its executions. */
export interface OrderRun {
  readonly orderId: string;
  readonly order: Order;
  readonly checkpointDecision?: CheckpointDecisions;
  /** Called before every request to a table. */
  readonly requestDecision?: RequestDecisions;
  /** Called at every moment of the execution and its recovery; replaces the other decisions. */
  readonly atMoment?: AtMoment;
  /** The result of a review (default: approve). */
  readonly review?: ReviewOutcome | undefined;
  /** How often the event of its end is delivered: EventBridge delivers at least once. */
  readonly recoveries?: number;
  readonly recoveryCheckpointDecision?: CheckpointDecisions;
  readonly recoveryRequestDecision?: RequestDecisions;
  /** The status of an execution that was ended from outside. */
  readonly ended?: () => AbnormalEnd;
}

/** Starts the real workflow, recovery and services with the template's tables. Tests can interrupt the executions. */
export async function startShop() {
  const fixture = await startTables();
  const documents = DynamoDBDocumentClient.from(fixture.client);
  // Imported after the environment is set, because the client of the functions reads it.
  const { services } = await import('../../../functions/order-workflow/services/services.ts');
  const { flagOrder } = await import('../../../functions/order-recovery/orders-table.ts');
  const { readOrder } = await import('../../../functions/shared/tables/orders.ts');

  const { documents: functionsClient } = await import('../../../functions/shared/dynamodb.ts');
  connectInProcess(functionsClient, fixture);
  functionsClient.middlewareStack.add(interruptible, { step: 'initialize', name: 'interruptible' });

  const workflow =
    (options: ReportOptions): DurableExecutionHandler<unknown> =>
    (event, context) =>
      processOrder(event, context, {
        ports: reportingAll(services, options),
        waitSeconds,
        reviewTimeoutSeconds: 60,
      });

  const recovery =
    (options: ReportOptions): DurableExecutionHandler<unknown> =>
    (event, context) =>
      recoverOrder(event as Parameters<typeof recoverOrder>[0], context, {
        ports: reportingAll(services, options),
        orders: reporting({ read: readOrder, flag: flagOrder }, options),
        settleSeconds: 60,
      });

  const sideEffects = createSideEffectModel(documents);

  return {
    ...sideEffects,
    close: () => fixture.close(),
    /** Puts units of a product into the table, divided among shards. With one shard, the item is that of an earlier version. */
    async stock(productId: string, units: number, shards = 1): Promise<void> {
      for (const [shard, available] of divideUnits(units, shards).entries()) {
        const isHead = shard === 0 && shards > 1;
        const counters = { available, reserved: 0, ...(isHead && { shards }) };
        const Item = { ...stockKey({ productId, shard }), ...counters };
        await documents.send(new PutCommand({ TableName: 'ProductsTable', Item }));
      }
    },
    async products() {
      const { Items = [] } = await documents.send(new ScanCommand({ TableName: 'ProductsTable' }));
      return Items;
    },

    /** Like `orders cancel`: requests the cancellation, and stops an execution that waits, because a wait does not check for requests. */
    async cancel(orderId: string): Promise<'refused' | 'requested' | 'stopped'> {
      const handedOver = statusRank(stage(pointOfNoReturn).status);
      const open = [
        ...statuses.filter((status) => statusRank(status) < handedOver),
        'awaiting-review',
      ];
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
              ...Object.fromEntries(open.map((status, n) => [`:s${n}`, status])),
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

    /** Runs an order until it has ended: its execution, and its recovery if the execution did not close it. */
    async run(options: OrderRun): Promise<void> {
      const { orderId, order, atMoment, ended = () => 'STOPPED' } = options;
      const decisionsFor = (decide?: CheckpointDecisions) =>
        atMoment ? decisionAtMoments(atMoment) : decide;
      const arn = `arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/${orderId}/1`;
      const decide = decisionsFor(options.checkpointDecision);
      const { status } = await execute(
        (invocation) =>
          runWithin(workflow({ invocation, atMoment }), invocation, options.requestDecision),
        {
          arn,
          event: { orderId, order },
          callbackResult: callbackResults[options.review ?? 'approve'],
          ...(decide && { decide }),
        },
      );
      if (status === 'SUCCEEDED') return;
      const detail = {
        durableExecutionArn: arn,
        durableExecutionName: orderId,
        status: status === 'ENDED' ? ended() : 'FAILED',
      };
      const decideRecovery = decisionsFor(options.recoveryCheckpointDecision);
      const recover = (_: unknown, number: number) =>
        execute(
          (invocation) =>
            runWithin(
              recovery({ invocation, atMoment }),
              invocation,
              options.recoveryRequestDecision,
            ),
          {
            arn: `${arn}-recovery-${number}`,
            event: { detail },
            ...(decideRecovery && { decide: decideRecovery }),
          },
        );
      await Promise.all(Array.from({ length: options.recoveries ?? 1 }, recover));
    },
  };
}

export type TestShop = Awaited<ReturnType<typeof startShop>>;

const waits = new Set<string>([
  ...stages.flatMap((wait) => (wait.kind === 'wait' ? [wait.status] : [])),
  'awaiting-review',
]);

const toCallbackResult = (decision: 'approve' | 'reject'): CallbackResult => ({
  Status: 'SUCCEEDED',
  Result: JSON.stringify({ decision, by: 'alice', at: '2026-11-25T12:00:00.000Z' }),
});

const callbackResults: Readonly<Record<ReviewOutcome, CallbackResult>> = {
  approve: toCallbackResult('approve'),
  reject: toCallbackResult('reject'),
  'time out': { Status: 'TIMED_OUT' },
};
