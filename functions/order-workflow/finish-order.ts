import type { DurableContext } from '@aws/durable-execution-sdk-js';
import type { UndoRecord, Warning } from '../contract/api.ts';
import { reasonOf } from './failures.ts';
import {
  effectKey,
  type FailedEnding,
  type Notice,
  type PlacedOrder,
  type Ports,
} from './ports.ts';
import { retryGenerously, retryHiccups } from './retry.ts';
import { observed, type StepFunction } from './traced-step.ts';

/** What the record of a flagged order says. */
const untaken: Warning = {
  stage: 'ship-order',
  message: 'The order may be with the carrier: nothing was taken back',
};

interface Closing {
  readonly context: DurableContext;
  readonly placed: PlacedOrder;
  readonly ports: Pick<Ports, 'customers' | 'orders' | 'metrics'>;
  /** What was taken back, just now. */
  readonly undos: readonly UndoRecord[];
}

/**
 * Tells the customer that the order failed, and closes its record; both in durable steps of their own. Of one that may
 * be with the carrier the customer is told nothing: it is flagged instead.
 */
export async function closeAsFailed(
  closing: Closing,
  { executionArn, failure, flagged }: Pick<FailedEnding, 'executionArn' | 'failure' | 'flagged'>,
): Promise<void> {
  const { placed, ports, undos } = closing;
  const notice = { kind: 'failed', failure, refunded: refunded(undos) } as const;
  const first = () => ports.orders.keepFailure(placed.orderId, { executionArn, failure });
  const warnings = flagged ? [untaken] : await tell(closing, notice, first);
  const ending = { executionArn, failure, undos, warnings, flagged };
  await record(closing, 'fail-order', async () => {
    await ports.orders.fail(placed, ending);
    ports.metrics.count(placed, { what: 'failed', code: failure.code });
  });
}

/** Tells the customer that the order is cancelled, and closes its record; both in durable steps of their own. */
export async function closeAsCancelled(closing: Closing): Promise<void> {
  const { placed, ports, undos } = closing;
  const warnings = await tell(closing, { kind: 'cancelled', refunded: refunded(undos) });
  await record(closing, 'cancel-order', async () => {
    await ports.orders.cancel(placed, { undos, warnings });
    ports.metrics.count(placed, { what: 'cancelled' });
  });
}

/**
 * A customer who cannot be reached keeps no order open: that is told among the warnings. `first` is done before, in the
 * same step.
 */
async function tell(
  { context, placed, ports }: Closing,
  notice: Notice,
  first?: () => Promise<void>,
): Promise<Warning[]> {
  const name = 'notify-customer';
  const key = effectKey(placed.orderId, 'send-notifications');
  const work: StepFunction<void> = async ({ attempt: number }) => {
    await first?.();
    await ports.customers.notify(placed, notice, { key, number });
  };
  try {
    await context.step(name, observed(name, placed, work), { retryStrategy: retryHiccups });
    return [];
  } catch (error) {
    return [{ stage: 'send-notifications', message: reasonOf(error) }];
  }
}

async function record(
  { context, placed }: Closing,
  name: 'fail-order' | 'cancel-order',
  write: () => Promise<void>,
): Promise<void> {
  await context.step(name, observed(name, placed, write), { retryStrategy: retryGenerously });
}

/** Whether money goes back to the customer; a refund that found no charge is done as well. */
function refunded(undos: readonly UndoRecord[]): boolean {
  return undos.some(({ undo, outcome }) => undo === 'refund-payment' && outcome === 'done');
}
