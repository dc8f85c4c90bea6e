import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Failure, OrderRecord } from '../contract/api.ts';
import { stoppedFailure, technicalFailure, timedOutFailure } from '../contract/failure.ts';
import {
  isTerminal,
  pointOfNoReturn,
  type Stage,
  type StepId,
  stage,
  stages,
  statusRank,
  type UndoableId,
} from '../contract/workflow.ts';
import { createCompensations } from '../order-workflow/compensations.ts';
import { closeAsCancelled, closeAsFailed } from '../order-workflow/finish-order.ts';
import { impatient, type Patience } from '../order-workflow/patience.ts';
import type { Ports, Undo } from '../order-workflow/ports.ts';
import { compensationRetryStrategy } from '../order-workflow/retry.ts';
import { traced } from '../order-workflow/traced-step.ts';
import { toPlacedOrder } from './placed-order.ts';

/** How an execution of the workflow can end before it has closed its order. */
export type AbnormalEnd = 'STOPPED' | 'TIMED_OUT' | 'FAILED';

/** The event of EventBridge about the status change of an execution. */
export interface StatusChange {
  readonly detail: {
    readonly durableExecutionArn: string;
    readonly durableExecutionName: string;
    readonly status: AbnormalEnd;
  };
  /** True if a person started the recovery and reads its result: an order that needs attention raises no alarm then. */
  readonly attended?: true;
}

export interface RecoveryResult {
  readonly orderId: string;
  readonly outcome: 'nothing to do' | 'needs attention' | 'failed' | 'cancelled';
}

/**
 * A person has to decide about the order. The execution of the recovery fails with this error, so an alarm fires, and the event
 * stays in the dead-letter queue.
 */
class NeedsAttention extends Error {
  override readonly name = 'NeedsAttention';
}

interface Settings {
  readonly ports: Ports;
  readonly orders: {
    readonly read: (orderId: string) => Promise<OrderRecord | undefined>;
    readonly flag: (order: OrderRecord, message: string) => Promise<void>;
  };
  /** Delay before the recovery: a running step of a stopped execution may continue until its function times out. */
  readonly settleSeconds: number;
  /** For the customer's notification; absent for quick attempts only. */
  readonly patience?: Patience;
}

const failureByEnd: Readonly<Record<AbnormalEnd, Pick<Failure, 'code' | 'message'>>> = {
  STOPPED: { code: stoppedFailure, message: 'The execution of the order was stopped' },
  TIMED_OUT: { code: timedOutFailure, message: 'The execution of the order timed out' },
  FAILED: { code: technicalFailure, message: 'The execution of the order failed' },
};

/**
 * Closes an order whose execution ended before it could. Undoes its stages in reverse order. The order ends as `cancelled`
 * if a cancellation was requested before it failed, else as `failed`. Throws NeedsAttention after the hand-over to the carrier, when
 * nothing is undone and the order is flagged, and if the execution ended before it wrote its order.
 */
export async function recoverOrder(
  event: StatusChange,
  context: DurableContext,
  settings: Settings,
): Promise<RecoveryResult> {
  try {
    return await settleOrder(event, context, settings);
  } catch (error) {
    if (!(error instanceof NeedsAttention && event.attended)) throw error;
    return { orderId: event.detail.durableExecutionName, outcome: 'needs attention' };
  }
}

async function settleOrder(
  { detail }: StatusChange,
  context: DurableContext,
  { ports, orders, settleSeconds, patience = impatient }: Settings,
): Promise<RecoveryResult> {
  const { durableExecutionName: orderId, durableExecutionArn, status } = detail;
  const retryStrategy = compensationRetryStrategy;
  await context.wait('let-it-settle', { seconds: settleSeconds });
  const read = traced('read-order', { orderId }, async () => (await orders.read(orderId)) ?? null);
  const order = await context.step('read-order', read, { retryStrategy });
  const { code, message } = failureByEnd[status];
  if (!order) {
    // Nobody stops an order by accident, and there is nothing to undo.
    if (status === 'STOPPED') return { orderId, outcome: 'nothing to do' };
    throw new NeedsAttention(`${message} before it wrote the order`);
  }
  const { executionArn } = order;
  if (parseExecutionId(executionArn) !== parseExecutionId(durableExecutionArn)) {
    return { orderId, outcome: 'nothing to do' };
  }
  if (order.flagged) throw new NeedsAttention(`${message} after its hand-over`);
  if (isTerminal(order.status)) return { orderId, outcome: 'nothing to do' };
  if (
    order.handOver !== undefined ||
    statusRank(order.status) >= statusRank(stage(pointOfNoReturn).status)
  ) {
    const flag = traced('flag-order', order, () =>
      orders.flag(order, `${message} after its hand-over`),
    );
    await context.step('flag-order', flag, { retryStrategy });
    throw new NeedsAttention(`${message} after its hand-over`);
  }
  const placed = toPlacedOrder(order);
  const started = possiblyStartedStages(order);
  const undos = undoByStage(ports);
  const compensations = createCompensations(context, placed);
  for (const { id } of started) {
    const undo = undos[id as StepId];
    if (undo) compensations.register(id as StepId, undo);
  }
  const ended = { stage: started.at(-1)?.id ?? 'validate-order', code, message };
  // The last stage may have done its work, so its undo runs as well, as after a technical failure.
  const records = await compensations.runAfter({ ...ended, code: technicalFailure });
  const finish = { context, placed, ports, undos: records, patience };
  // The customer may have been notified of a failure that was recorded before the execution ended.
  const { failure = ended } = order;
  if (order.cancelRequested && !order.failure) {
    await closeAsCancelled(finish);
    return { orderId, outcome: 'cancelled' };
  }
  await closeAsFailed(finish, { executionArn, failure, flagged: false });
  return { orderId, outcome: 'failed' };
}

/**
 * Returns the id in the ARN of an execution. The rest of the ARN can differ: in the event, AWS documents another qualifier of the
 * function than in the ARN that the execution itself has.
 * https://docs.aws.amazon.com/lambda/latest/dg/durable-monitoring.html
 */
function parseExecutionId(arn: string): string {
  return arn.split('/').at(-1) ?? arn;
}

function undoByStage({
  payments,
  inventory,
  invoices,
  warehouse,
  carrier,
}: Ports): Readonly<Partial<Record<StepId, Undo>>> {
  return {
    'process-payment': payments.refund,
    'reserve-inventory': inventory.release,
    'generate-invoice': invoices.void,
    'pick-items': warehouse.returnItems,
    'generate-shipping-label': carrier.cancelLabel,
  } satisfies Record<UndoableId, Undo>;
}

/** All stages up to the last recorded status, and after it up to the next stage that always records a status. */
function possiblyStartedStages({ transitions }: OrderRecord): readonly Stage[] {
  const recorded = new Set<string>(transitions.map(({ status }) => status));
  const last = stages.findLastIndex(
    (candidate) => 'status' in candidate && recorded.has(candidate.status),
  );
  const next = stages.findIndex(
    (candidate, index) => index > last && 'status' in candidate && !('when' in candidate),
  );
  return stages.slice(0, next < 0 ? stages.length : next + 1);
}
