import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { Failure, OrderRecord } from '../contract/api.ts';
import {
  isEnd,
  rank,
  type Stage,
  type StepId,
  stages,
  type UndoableId,
} from '../contract/workflow.ts';
import { undosOf } from '../order-workflow/compensations.ts';
import { technicalFailure } from '../order-workflow/failures.ts';
import { closeAsCancelled, closeAsFailed } from '../order-workflow/finish-order.ts';
import type { Ports, Undo } from '../order-workflow/ports.ts';
import { retryGenerously } from '../order-workflow/retry.ts';
import { observed } from '../order-workflow/traced-step.ts';
import { placedOf } from './placed-order.ts';

/** How an execution of the workflow ended that was not its own doing. */
export type Ended = 'STOPPED' | 'TIMED_OUT' | 'FAILED';

/** The status change of an execution, as EventBridge tells it. */
export interface StatusChange {
  readonly detail: {
    readonly durableExecutionArn: string;
    readonly durableExecutionName: string;
    readonly status: Ended;
  };
}

export interface Recovered {
  readonly orderId: string;
  readonly outcome: 'nothing to do' | 'flagged' | 'failed' | 'cancelled';
}

interface Settings {
  readonly ports: Ports;
  readonly orders: {
    readonly read: (orderId: string) => Promise<OrderRecord | undefined>;
    readonly flag: (order: OrderRecord, message: string) => Promise<void>;
  };
  /** A step that ran when its execution was stopped may go on for as long as its function's timeout. */
  readonly settleSeconds: number;
}

const reasons: Readonly<Record<Ended, Pick<Failure, 'code' | 'message'>>> = {
  STOPPED: { code: 'stopped', message: 'The execution of the order was stopped' },
  TIMED_OUT: { code: 'timed-out', message: 'The order took longer than its execution may' },
  FAILED: { code: technicalFailure, message: 'The execution of the order failed' },
};

/**
 * Brings an order to an end whose execution ended without doing so: what was done is taken back, the latest first, and
 * the order ends cancelled when that was asked for before it failed, else failed. One that is with the carrier is only
 * flagged.
 */
export async function recoverOrder(
  { detail }: StatusChange,
  context: DurableContext,
  { ports, orders, settleSeconds }: Settings,
): Promise<Recovered> {
  const { durableExecutionName: orderId, durableExecutionArn: executionArn, status } = detail;
  const retryStrategy = retryGenerously;
  await context.wait('let-it-settle', { seconds: settleSeconds });
  const read = observed(
    'read-order',
    { orderId },
    async () => (await orders.read(orderId)) ?? null,
  );
  const order = await context.step('read-order', read, { retryStrategy });
  if (order?.executionArn !== executionArn || isEnd(order.status)) {
    return { orderId, outcome: 'nothing to do' };
  }
  const { code, message } = reasons[status];
  if (order.handOver !== undefined || rank(order.status) >= rank('shipped')) {
    const flag = observed('flag-order', order, () =>
      orders.flag(order, `${message} after its hand-over`),
    );
    await context.step('flag-order', flag, { retryStrategy });
    return { orderId, outcome: 'flagged' };
  }
  const placed = placedOf(order);
  const begun = mayHaveBegun(order);
  const undos = undosIn(ports);
  const taking = undosOf(context, placed);
  for (const { id } of begun) {
    const undo = undos[id as StepId];
    if (undo) taking.register(id as StepId, undo);
  }
  const ended = { stage: begun.at(-1)?.id ?? 'validate-order', code, message };
  // As a stage that broke: its own work may have been done, so that its undo runs as well.
  const records = await taking.runAfter({ ...ended, code: technicalFailure });
  const closing = { context, placed, ports, undos: records };
  // What it was about to fail for when it was ended, its customer may have read already.
  const { failure = ended } = order;
  if (order.cancelRequested && !order.failure) {
    await closeAsCancelled(closing);
    return { orderId, outcome: 'cancelled' };
  }
  await closeAsFailed(closing, { executionArn, failure, flagged: false });
  return { orderId, outcome: 'failed' };
}

/** What takes each stage back. */
function undosIn({
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

/** The stages up to the last recorded status, and those behind it that may have begun: one that always records is the last. */
function mayHaveBegun({ transitions }: OrderRecord): readonly Stage[] {
  const recorded = new Set<string>(transitions.map(({ status }) => status));
  const all: readonly Stage[] = stages;
  const last = all.findLastIndex((each) => 'status' in each && recorded.has(each.status));
  const next = all.findIndex(
    (each, index) => index > last && 'status' in each && !('when' in each),
  );
  return all.slice(0, next < 0 ? all.length : next + 1);
}
