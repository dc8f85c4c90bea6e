import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isTerminal, type ShownStatus } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import { findPendingAttempt, type PendingAttempt } from '../../workflow/provider-waits.ts';
import { readOrder } from '../tables/orders-table.ts';
import { isTerminalExecution } from './execution-status.ts';
import { type Execution, readExecution } from './executions.ts';
import type { LocatedOrder } from './find.ts';
import { parseReference } from './order-reference.ts';
import { findOriginal } from './retry-link.ts';

export interface OrderView {
  readonly orderId: string;
  readonly status: ShownStatus;
  /** Absent while the execution exists but the item does not exist yet. */
  readonly order?: OrderRecord;
  readonly execution?: Execution;
  /** The wait for a provider that is unavailable. */
  readonly waitingFor?: PendingAttempt;
}

/**
 * Reads the order of a reference: its item and, unless it has ended, its execution. Throws a UserError if there is no such
 * order (exit 5).
 */
export async function getOrder(stack: Stack, text: string): Promise<OrderView> {
  const reference = parseReference(text);
  // The reference is usually a full id; in that case one read is enough.
  const named = reference.kind === 'id' ? await readOrder(stack, text) : undefined;
  if (named) return buildOrderView(stack, { orderId: named.orderId, order: named });
  const { findOrder } = await import('./find.ts');
  const located = await findOrder(stack, text);
  const order = await readOrder(stack, located.orderId);
  return buildOrderView(stack, { ...located, ...(order ? { order } : {}) });
}

async function buildOrderView(
  stack: Stack,
  { orderId, order, executionArn }: LocatedOrder & { order?: OrderRecord },
): Promise<OrderView> {
  const arn = order?.executionArn ?? executionArn;
  const hasEnded = order !== undefined && isTerminal(order.status);
  const execution = arn && !hasEnded ? await readExecution(stack.target, arn) : undefined;
  if (!order && !execution) {
    throw new UserError(`No order "${orderId}" in ${stack.target.environment.name}.`, {
      hint: 'orders get latest',
      exit: 5,
      code: 'NotFound',
    });
  }
  const waitingFor = order && findPendingAttempt(order, stack.target.timeScale);
  const endedWithoutItem = !order && execution && isTerminalExecution(execution.status);
  const retryOf = order && !order.retryOf ? await findOriginal(stack, orderId) : undefined;
  return {
    orderId,
    status: order?.status ?? (endedWithoutItem ? 'failed' : 'received'),
    ...(order ? { order: { ...order, ...(retryOf ? { retryOf } : {}) } } : {}),
    ...(execution ? { execution } : {}),
    ...(waitingFor ? { waitingFor } : {}),
  };
}
