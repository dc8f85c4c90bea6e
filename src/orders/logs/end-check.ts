import { isTerminal } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { isOpen } from '../lookup/execution-status.ts';
import { readExecution } from '../lookup/executions.ts';
import { executionReadLimiter } from '../requests/rate-limiter.ts';
import { readOrders } from '../tables/orders-table.ts';

export interface EndCheckOptions {
  /** Empty: the check never succeeds. */
  readonly orderIds: readonly string[];
  /** Time after the end of the last order (ms); absent: the check never succeeds. */
  readonly lingerMs?: number;
}

/** Maximum time between two reads of the orders (ms). */
const maxCheckIntervalMs = 1000;

/**
 * Returns a function that reports whether all orders ended at least `lingerMs` ago. It reads the orders table at most
 * once per polling interval.
 */
export function createEndCheck(
  stack: Stack,
  { orderIds, lingerMs }: EndCheckOptions,
): () => Promise<boolean> {
  const intervalMs = Math.min(maxCheckIntervalMs, stack.target.pollMs);
  let checkedAt = 0;
  let endedAt: number | undefined;
  return async () => {
    if (orderIds.length === 0 || lingerMs === undefined) return false;
    if (endedAt === undefined && Date.now() - checkedAt >= intervalMs) {
      checkedAt = Date.now();
      if (await haveAllEnded(stack, orderIds)) endedAt = Date.now();
    }
    return endedAt !== undefined && Date.now() - endedAt >= lingerMs;
  };
}

/**
 * An execution that was stopped or timed out leaves its item unchanged, so open orders need a read of the execution.
 */
async function haveAllEnded(stack: Stack, ids: readonly string[]): Promise<boolean> {
  const orders = await readOrders(stack, { ids, fields: ['status', 'executionArn'] });
  for (const id of ids) {
    const order = orders.get(id);
    if (order && isTerminal(order.status)) continue;
    if (!order?.executionArn || !executionReadLimiter.tryAcquire()) return false;
    const execution = await readExecution(stack.target, order.executionArn);
    if (execution && isOpen(execution.status)) return false;
  }
  return true;
}
