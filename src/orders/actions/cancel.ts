import { setTimeout as sleep } from 'node:timers/promises';
import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import {
  isTerminal,
  type OrderStatus,
  type ShownStatus,
  stages,
  statuses,
  statusRank,
} from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import { type ExecutionStatus, isPaused } from '../lookup/execution-status.ts';
import { readExecution } from '../lookup/executions.ts';
import { putCancelRequest, readOrders } from '../tables/orders-table.ts';

/** The statuses before the hand-over to the carrier. */
const cancellable: readonly OrderStatus[] = [
  ...statuses.filter((status) => statusRank(status) < statusRank('shipped')),
  'awaiting-review',
];
/** The statuses in which the workflow waits and does not check for a cancellation request. */
export const waitingStatuses: ReadonlySet<string> = new Set([
  ...stages.flatMap((stage) => (stage.kind === 'wait' ? [stage.status] : [])),
  'awaiting-review',
]);

export interface CancelOptions {
  readonly orderId: string;
  readonly reason?: string | undefined;
  /** Stop the execution even while a step runs. The recovery undoes the completed steps. */
  readonly force: boolean;
  /** The status of the execution, if the caller knows it. */
  readonly executionStatus?: ExecutionStatus;
}

export interface CancelResult {
  readonly orderId: string;
  /** `stopped`: the execution was stopped and the recovery undoes it; `requested`: takes effect at the next stage. */
  readonly result: 'requested' | 'stopped';
  /** The status at the time of the request. */
  readonly status: OrderStatus;
}

/**
 * Requests the cancellation of an order: its completed steps are undone and it ends as cancelled. Throws a UserError if
 * there is no such order (exit 5), or if it has ended or is with the carrier (exit 6).
 */
export async function cancelOrder(
  stack: Stack,
  { orderId, reason, force, executionStatus }: CancelOptions,
): Promise<CancelResult> {
  const order = await recordCancelRequest(stack, { orderId, reason });
  const { status, executionArn } = order;
  const hasRecovery = stack.outputs[names.recoveryFunctionArn] !== undefined;
  // Stopping a wait cancels at once. Without a recovery function the request takes effect after the wait. Each failed attempt
  // of a step that waits for its provider checks for the request before it records the wait.
  const mustStop =
    force ||
    (hasRecovery &&
      (waitingStatuses.has(status) ||
        order.waitingFor !== undefined ||
        // A paused execution would notice the request only after it is resumed.
        isPaused(executionStatus ?? (await readExecution(stack.target, executionArn))?.status)));
  if (!mustStop) return { orderId, result: 'requested', status };
  const { StopDurableExecutionCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await stack.target.clients.lambda();
  await lambda.send(
    new StopDurableExecutionCommand({
      DurableExecutionArn: executionArn,
      Error: { ErrorType: 'OrderCancelled', ErrorMessage: reason ?? 'The order was cancelled' },
    }),
  );
  return { orderId, result: 'stopped', status };
}

/** Writes the request to the order's item, from which the workflow reads it. Returns the item. */
async function recordCancelRequest(
  stack: Stack,
  { orderId, reason }: Pick<CancelOptions, 'orderId' | 'reason'>,
): Promise<OrderRecord> {
  const at = new Date().toISOString();
  const request = { at, ...(reason === undefined ? {} : { reason }) };
  const result = await putCancelRequest(stack, { orderId, request, cancellable });
  if ('order' in result) return result.order;
  throw notCancellableError(orderId, result.refusedIn);
}

function notCancellableError(orderId: string, status: OrderStatus | undefined): UserError {
  const message = `${orderId} ${notCancellableText(status ?? 'received')}.`;
  return status === undefined
    ? new UserError(message, { hint: `orders cancel ${orderId}`, exit: 5, code: 'NotFound' })
    : new UserError(message, { hint: `orders get ${orderId}`, exit: 6, code: 'NotCancellable' });
}

/** Returns why an order in this status cannot be cancelled, as the end of a sentence about it; undefined if it can. */
export function cancelRefusal(status: ShownStatus): string | undefined {
  return cancellable.some((name) => name === status) ? undefined : notCancellableText(status);
}

function notCancellableText(status: ShownStatus): string {
  if (status === 'received') return 'has just started and cannot be cancelled yet';
  const reason = isTerminal(status) ? `is already ${status}` : `is with the carrier (${status})`;
  return `${reason} and can no longer be cancelled`;
}

/** Polls until all orders have ended or `signal` aborts. Returns the statuses of the orders that have an item. */
export async function waitUntilEnded(
  stack: Stack,
  { ids, signal }: { readonly ids: readonly string[]; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, OrderStatus>> {
  for (;;) {
    const items = await readOrders(stack, { ids, fields: ['status'] });
    const found = new Map([...items].map(([id, { status }]) => [id, status]));
    const haveEnded = ids.every((id) => isTerminal(found.get(id) ?? 'received'));
    if (signal.aborted || haveEnded) return found;
    await sleep(stack.target.pollMs, undefined, { signal }).catch(() => {});
  }
}
