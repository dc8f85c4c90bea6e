/** Cancels or stops all running orders before their stack is deleted. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isConflict, isNotFound } from '../aws/errors.ts';
import type { Target } from '../environment/target.ts';
import { cancelOrder } from '../orders/actions/cancel.ts';
import { resumeExecution } from '../orders/actions/pause.ts';
import { isPaused } from '../orders/lookup/execution-status.ts';
import type { ListedExecution } from '../orders/lookup/executions.ts';
import { forEachConcurrent } from '../orders/requests/for-each-concurrent.ts';
import { UserError } from '../user-error.ts';
import type { Inventory } from './inventory.ts';
import { listRunningExecutions } from './running-executions.ts';

/** Parallel requests: AWS limits stop requests to a few per second for the whole account. */
const concurrency = 5;
/** Maximum number of passes: new orders may arrive while others are being stopped. */
const maxRounds = 5;
/** Reason of a cancellation. */
const reason = 'The stack is destroyed';

/**
 * Cancels all running and paused orders and waits until they and their recovery have ended. Their completed steps are undone.
 * Orders past the point of no return complete normally, and are resumed if they are paused. Returns the number of orders.
 */
export async function cancelRunning(target: Target, inventory: Inventory): Promise<number> {
  const { outputs } = inventory;
  const seen = new Set<string>();
  const requested = new Set<string>();
  for (
    let running = inventory.running;
    running.length > 0;
    running = await listRunningExecutions({ target, outputs })
  ) {
    await forEachConcurrent(running, concurrency, async ({ orderId, arn, status }) => {
      seen.add(orderId);
      // Somebody may pause an order after its cancellation was requested.
      if (requested.has(orderId)) return resumeIfPaused(target, { arn, status });
      const options = { orderId, reason, force: false, executionStatus: status };
      try {
        await cancelOrder({ target, outputs }, options);
        requested.add(orderId);
      } catch (error) {
        // The order cannot be cancelled any longer, or it has just started and the next pass cancels it.
        if (!(error instanceof UserError)) throw error;
        if (error.code === 'NotCancellable') requested.add(orderId);
      }
    });
    await sleep(target.pollMs);
  }
  while ((await listRunningExecutions({ target, outputs }, 'recovery')).length > 0)
    await sleep(target.pollMs);
  return seen.size;
}

/** Resumes an execution that would otherwise never end. Nothing happens if it has ended or was resumed in the meantime. */
async function resumeIfPaused(
  target: Target,
  { arn, status }: Pick<ListedExecution, 'arn' | 'status'>,
): Promise<void> {
  if (!isPaused(status)) return;
  try {
    await resumeExecution(target, { arn, reason, clientToken: randomUUID() });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

/** Stops all running and paused executions without undoing any step. Returns their number. */
export async function stopRunning(target: Target, inventory: Inventory): Promise<number> {
  let running = inventory.running;
  const stopped = new Set<string>();
  for (let round = 0; round < maxRounds && running.length > 0; round++) {
    if (round > 0) await sleep(target.pollMs);
    await forEachConcurrent(running, concurrency, async ({ arn }) => {
      await stopExecution(target, arn);
      stopped.add(arn);
    });
    running = await listRunningExecutions({ target, outputs: inventory.outputs });
  }
  return stopped.size;
}

async function stopExecution(target: Target, arn: string): Promise<void> {
  const { StopDurableExecutionCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const error = { ErrorType: 'StackDestroyed', ErrorMessage: 'The stack was destroyed' };
  try {
    await lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: arn, Error: error }));
  } catch (failure) {
    if (!isNotFound(failure)) throw failure;
  }
}
