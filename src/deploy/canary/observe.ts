/** Reads the orders that started during a canary. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { isOpen, isPaused } from '../../orders/lookup/execution-status.ts';
import { type ListedExecution, listExecutions } from '../../orders/lookup/executions.ts';
import { readOrders } from '../../orders/tables/orders-table.ts';
import type { Group, GroupDetails, Groups } from './judge.ts';
import type { OpenCanary } from './open-canary.ts';

/** Maximum number of orders of a version whose items are read. The newest are read. */
const maxDetails = 1000;

/** Returns the executions of both versions that started after a time (epoch ms), oldest first. */
export async function listCanaryExecutions(
  stack: Stack,
  { live, canary }: Pick<OpenCanary, 'live' | 'canary'>,
  startedAfter: number,
): Promise<Groups<ListedExecution[]>> {
  const found: Groups<ListedExecution[]> = { live: [], canary: [] };
  for await (const execution of listExecutions(stack, { startedAfter })) {
    const version = /:function:[^:]+:(\d+)\//.exec(execution.arn)?.[1];
    if (version === canary.version) found.canary.push(execution);
    else if (version === live) found.live.push(execution);
  }
  return found;
}

/** Counts executions by their outcome. */
export function countOutcomes(executions: readonly ListedExecution[]): Group {
  const count = (...statuses: string[]) =>
    executions.filter(({ status }) => statuses.includes(status)).length;
  return {
    succeeded: count('SUCCEEDED'),
    failed: count('FAILED', 'TIMED_OUT'),
    stopped: count('STOPPED'),
    running: executions.filter(({ status }) => isOpen(status)).length,
  };
}

/** Reads the items of orders: their warnings, and how long they stayed in each status. `now` is in epoch ms. */
export async function readDetails(
  stack: Stack,
  executions: readonly ListedExecution[],
  now = Date.now(),
): Promise<GroupDetails> {
  const read = executions.slice(-maxDetails);
  const items = await readOrders(stack, {
    ids: read.map(({ orderId }) => orderId),
    fields: ['status', 'transitions', 'warnings'],
  });
  const times = new Map<string, number[]>();
  const completed = [...items.values()].filter(({ status }) => status === 'completed');
  for (const { orderId, status } of read) {
    const order = items.get(orderId);
    if (!order) continue;
    for (const [name, ms] of listTimes(
      order,
      isOpen(status) && !isPaused(status) ? now : undefined,
    )) {
      times.set(name, [...(times.get(name) ?? []), ms]);
    }
  }
  const warned = completed.filter(({ warnings = [] }) => warnings.length > 0).length;
  return { completed: completed.length, warned, times };
}

/** Yields each status of an order with the time in it (ms). The present status counts until `now`, if that is given. */
function* listTimes(
  { transitions }: Pick<OrderRecord, 'transitions'>,
  now: number | undefined,
): Generator<readonly [string, number]> {
  for (const [index, { status, at }] of transitions.entries()) {
    const next = transitions[index + 1];
    const end = next ? Date.parse(next.at) : now;
    if (end !== undefined) yield [status, Math.max(0, end - Date.parse(at))];
  }
}
