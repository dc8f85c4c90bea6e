import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { UndoRecord, Warning } from '../contract/api.ts';
import { notUndoneWarning } from '../contract/failure.ts';
import { effectKey } from '../contract/tables.ts';
import { finishOperations } from '../contract/workflow.ts';
import { publicErrorMessage } from './failures.ts';
import type { FailureDetails, Notice, PlacedOrder, Ports } from './ports.ts';
import { compensationRetryStrategy, stepRetryStrategy } from './retry.ts';
import { type StepFunction, traced } from './traced-step.ts';

interface FinishContext {
  readonly context: DurableContext;
  readonly placed: PlacedOrder;
  readonly ports: Pick<Ports, 'customers' | 'orders' | 'metrics'>;
  /** Results of the undo steps of this failure. */
  readonly undos: readonly UndoRecord[];
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
  await runFinishStep(finish, finishOperations.fail, async () => {
    await ports.orders.fail(placed, details);
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
  { context, placed, ports }: FinishContext,
  notice: Notice,
  first?: () => Promise<void>,
): Promise<Warning[]> {
  const { notify } = finishOperations;
  const key = effectKey(placed.orderId, 'send-notifications');
  const work: StepFunction<void> = async ({ attempt: number }) => {
    await first?.();
    await ports.customers.notify(placed, notice, { key, number });
  };
  try {
    await context.step(notify, traced(notify, placed, work), { retryStrategy: stepRetryStrategy });
    return [];
  } catch (error) {
    return [{ stage: 'send-notifications', message: publicErrorMessage(error) }];
  }
}

async function runFinishStep(
  { context, placed }: FinishContext,
  name: string,
  write: () => Promise<void>,
): Promise<void> {
  await context.step(name, traced(name, placed, write), {
    retryStrategy: compensationRetryStrategy,
  });
}

/** Whether the notice mentions a refund; also true if there was no charge to refund. */
function wasRefunded(undos: readonly UndoRecord[]): boolean {
  return undos.some(({ undo, outcome }) => undo === 'refund-payment' && outcome === 'done');
}
