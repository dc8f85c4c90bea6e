/** Brings orders on their way to an end before their stack goes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound } from '../aws/errors.ts';
import type { Target } from '../environment/target.ts';
import { cancelOrder } from '../orders/actions/cancel.ts';
import type { ListedExecution } from '../orders/lookup/executions.ts';
import { UserError } from '../user-error.ts';
import type { Inventory } from './inventory.ts';
import { findRunning } from './running.ts';

/** Stopping executions has a quota of its own, some requests a second for everyone in the account. */
const atOnce = 5;
/** Orders may come in while others are stopped; looked for so often. */
const rounds = 5;

/**
 * Cancels orders, so that what was done for them is undone, and waits until they and their recovery have ended; those that are
 * with the carrier end by themselves. Answers how many orders there were.
 */
export async function cancelRunning(target: Target, inventory: Inventory): Promise<number> {
  const { outputs } = inventory;
  const seen = new Set<string>();
  const asked = new Set<string>();
  for (let left = inventory.running; left.length > 0; left = await findRunning(target, outputs)) {
    await eachOf(left, async ({ orderId }) => {
      seen.add(orderId);
      if (asked.has(orderId)) return;
      const reason = 'The stack is destroyed';
      try {
        await cancelOrder(target, outputs, { orderId, reason, force: false });
        asked.add(orderId);
      } catch (error) {
        // It has only begun, and is asked again; or it is past cancelling.
        if (!(error instanceof UserError)) throw error;
        if (error.code === 'NotCancellable') asked.add(orderId);
      }
    });
    await sleep(target.pollMs);
  }
  while ((await findRunning(target, outputs, 'recovery')).length > 0) await sleep(target.pollMs);
  return seen.size;
}

/** Stops executions as they are: nothing is undone. Answers how many. */
export async function stopRunning(target: Target, inventory: Inventory): Promise<number> {
  let left = inventory.running;
  const stopped = new Set<string>();
  for (let round = 0; round < rounds && left.length > 0; round++) {
    if (round > 0) await sleep(target.pollMs);
    await eachOf(left, async ({ arn }) => {
      await stop(target, arn);
      stopped.add(arn);
    });
    left = await findRunning(target, inventory.outputs);
  }
  return stopped.size;
}

async function eachOf(
  orders: readonly ListedExecution[],
  handle: (order: ListedExecution) => Promise<void>,
): Promise<void> {
  const waiting = orders.values();
  const worker = async () => {
    for (const order of waiting) await handle(order);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function stop(target: Target, arn: string): Promise<void> {
  const { StopDurableExecutionCommand } = await import('../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const error = { ErrorType: 'StackDestroyed', ErrorMessage: 'The stack was destroyed' };
  try {
    await lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: arn, Error: error }));
  } catch (failure) {
    if (!isNotFound(failure)) throw failure;
  }
}
