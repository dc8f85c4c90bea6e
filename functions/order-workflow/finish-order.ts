import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { UndoRecord, Warning } from '../contract/api.ts';
import { notUndoneWarning } from '../contract/failure.ts';
import { effectKey } from '../contract/tables.ts';
import { finishOperations } from '../contract/workflow.ts';
import { publicErrorMessage } from './failures.ts';
import { type Patience, waitForProvider } from './patience.ts';
import type { FailureDetails, Notice, PlacedOrder, Ports } from './ports.ts';
import { compensationRetryStrategy } from './retry.ts';
import { type StepFunction, traced } from './traced-step.ts';

interface FinishContext {
  readonly context: DurableContext;
  readonly placed: PlacedOrder;
  readonly ports: Pick<Ports, 'customers' | 'orders' | 'metrics'>;
  /** Results of the undo steps of this failure. */
  readonly undos: readonly UndoRecord[];
  readonly patience: Patience;
}

/**
 * Notifies the customer of the failure and closes the order's record, each in a durable step. The customer of a flagged
 * order is not notified, because the order may still be delivered.
 */
export async function closeAsFailed(
  finish: FinishContext,
  { executionArn, failure, flagged }: Pick<FailureDetails, 'executionArn' | 'failure' | 'flagged'>,
): Promise<void> {
  const { placed, ports, undos } = finish;
  const notice = { kind: 'failed', failure, refunded: wasRefunded(undos) } as const;
  const first = () => ports.orders.recordFailure(placed.orderId, { executionArn, failure });
  const warnings = flagged ? [notUndoneWarning] : await notifyCustomer(finish, notice, first);
  const details = { executionArn, failure, undos, warnings, flagged };
  await runFinishStep(finish, finishOperations.fail, async ({ logger }) => {
    await ports.orders.fail(placed, details);
    const { stage, code, message } = failure;
    // The attempts of the stage are warnings. This is the only error line of an order that a business rule rejected.
    logger.error({ text: `order failed: ${message}`, orderId: placed.orderId, stage, code });
    ports.metrics.count(placed, { event: 'failed', code: failure.code });
  });
}

/** Notifies the customer of the cancellation and closes the order's record, each in a durable step. */
export async function closeAsCancelled(finish: FinishContext): Promise<void> {
  const { placed, ports, undos } = finish;
  const notice = { kind: 'cancelled', refunded: wasRefunded(undos) } as const;
  const warnings = await notifyCustomer(finish, notice);
  await runFinishStep(finish, finishOperations.cancel, async () => {
    await ports.orders.cancel(placed, { undos, warnings });
    ports.metrics.count(placed, { event: 'cancelled' });
  });
}

/**
 * Returns a warning if the customer cannot be notified: the order is closed all the same. `first` runs before the
 * notification, in the same step.
 */
async function notifyCustomer(
  { context, placed, ports, patience }: FinishContext,
  notice: Notice,
  first?: () => Promise<void>,
): Promise<Warning[]> {
  const { notify } = finishOperations;
  const { orderId } = placed;
  const stage = 'send-notifications';
  const key = effectKey(orderId, stage);
  const work: StepFunction<void> = async ({ attempt: number }) => {
    await first?.();
    await ports.customers.notify(placed, notice, { key, number });
  };
  try {
    const patient = waitForProvider({ orderId, stage, patience, closing: true }, work);
    const { retryStrategy } = patient;
    await context.step(notify, traced(notify, placed, patient.work), { retryStrategy });
    return [];
  } catch (error) {
    return [{ stage, message: publicErrorMessage(error) }];
  }
}

async function runFinishStep(
  { context, placed }: FinishContext,
  name: string,
  write: StepFunction<void>,
): Promise<void> {
  await context.step(name, traced(name, placed, write), {
    retryStrategy: compensationRetryStrategy,
  });
}

/** Whether the notice mentions a refund; also true if there was no charge to refund. */
function wasRefunded(undos: readonly UndoRecord[]): boolean {
  return undos.some(({ undo, outcome }) => undo === 'refund-payment' && outcome === 'done');
}
