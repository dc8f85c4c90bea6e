/** Finds the executions of the orders that a command pauses or resumes. */

import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import {
  findExecution,
  type ListedExecution,
  listExecutions,
  listPausedExecutions,
} from '../lookup/executions.ts';
import type { LocatedOrder } from '../lookup/find.ts';
import { readOrders } from '../tables/orders-table.ts';
import type { PauseAction, SelectedOrder } from './pause.ts';

/** Selects running or paused orders. Without a filter, all of them. */
export interface ExecutionSelection {
  readonly statuses?: readonly OrderStatus[];
  readonly customerId?: string | undefined;
  /** Only executions that started after this (epoch ms). */
  readonly since?: number | undefined;
}

/** Returns the orders that `pause` (running) or `resume` (paused) applies to, oldest first. */
export async function selectExecutions(
  stack: Stack,
  action: PauseAction,
  { statuses = [], customerId, since }: ExecutionSelection,
): Promise<SelectedOrder[]> {
  const filter = since === undefined ? {} : { startedAfter: since };
  const listed: ListedExecution[] = [];
  const executions =
    action === 'pause'
      ? listExecutions(stack, { ...filter, status: 'RUNNING' })
      : listPausedExecutions(stack, filter);
  for await (const execution of executions) listed.push(execution);
  const orders = listed.map(({ orderId, arn }) => ({ orderId, arn }));
  if (statuses.length === 0 && customerId === undefined) return orders;
  const ids = orders.map(({ orderId }) => orderId);
  const items = await readOrders(stack, { ids, fields: ['status', 'customerId'] });
  return orders.filter(({ orderId }) => {
    const item = items.get(orderId);
    if (!item || (customerId !== undefined && item.customerId !== customerId)) return false;
    return statuses.length === 0 || statuses.includes(item.status);
  });
}

/** Returns the orders with the ARNs of their executions. The second list names the orders without an execution. */
export async function locateExecutions(
  stack: Stack,
  orders: readonly LocatedOrder[],
): Promise<{ readonly found: SelectedOrder[]; readonly missing: string[] }> {
  const ids = orders.map(({ orderId }) => orderId);
  const items = await readOrders(stack, { ids, fields: ['executionArn'] });
  const found: SelectedOrder[] = [];
  const missing: string[] = [];
  for (const { orderId, executionArn } of orders) {
    const known = items.get(orderId)?.executionArn ?? executionArn;
    const arn = known ?? (await findExecution(stack, orderId));
    if (arn === undefined) missing.push(orderId);
    else found.push({ orderId, arn });
  }
  return { found, missing };
}
