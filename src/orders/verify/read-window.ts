/** Reads the orders that are verified, and their executions. */

import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { type ListedExecution, listExecutions, listOpenExecutions } from '../lookup/executions.ts';
import { type ListQuery, listOrders } from '../lookup/list.ts';
import { readRows } from './read-rows.ts';

export interface VerificationWindow {
  /** By order id. */
  readonly records: ReadonlyMap<string, OrderRecord>;
  /** By ARN. */
  readonly executions: ReadonlyMap<string, ListedExecution>;
  /** Executions of the window whose orders are not in the table. */
  readonly executionsWithoutRow: readonly ListedExecution[];
  /** The executions that started after this time were read (epoch ms). */
  readonly startedAfter: number;
  /** Whether the window contains all orders of its period: no filter and no limit applies. */
  readonly isComplete: boolean;
}

/** An order's record is written this much later than its execution starts, different clocks included (ms). */
const marginMs = 300_000;

/**
 * Reads the orders of a query and the executions of its period. The records are read last, so that they contain everything
 * that an execution wrote before it ended.
 */
export async function readWindow(stack: Stack, query: ListQuery): Promise<VerificationWindow> {
  const { ids, oldest, isLimited } = await listIds(stack, query);
  const isFiltered = (query.statuses ?? []).length > 0 || query.customerId !== undefined;
  const isComplete = !isLimited && !query.after && !isFiltered;
  const since = isLimited ? (oldest ?? query.since) : query.since;
  const startedAfter = Date.parse(since) - marginMs;
  const executions = await readExecutions(stack, startedAfter);
  // Without the index: the orders of executions at the edges of the period may be outside it.
  const started = isComplete ? [...executions.values()].map(({ orderId }) => orderId) : [];
  const found = await readRows(stack, [...ids, ...started]);
  const listed = new Set(ids);
  const isInWindow = ({ orderId, createdAt }: OrderRecord) =>
    listed.has(orderId) ||
    (createdAt >= query.since && (query.until === undefined || createdAt <= query.until));
  const executionsWithoutRow = [...executions.values()].filter(
    ({ orderId, startedAt = 0 }) =>
      isComplete &&
      !found.has(orderId) &&
      (query.until === undefined || startedAt <= Date.parse(query.until)),
  );
  return {
    records: new Map([...found].filter(([, record]) => isInWindow(record))),
    executions,
    executionsWithoutRow,
    startedAfter,
    isComplete,
  };
}

/** Reads the workflow's executions that started after a time (epoch ms), by ARN. */
export async function readExecutions(
  stack: Stack,
  startedAfter: number,
): Promise<Map<string, ListedExecution>> {
  const executions = new Map<string, ListedExecution>();
  for await (const execution of listExecutions(stack, { startedAfter })) {
    executions.set(execution.arn, execution);
  }
  return executions;
}

async function listIds(stack: Stack, query: ListQuery) {
  const ids: string[] = [];
  let oldest: string | undefined;
  const batches = listOrders(stack, { ...query, details: false });
  for (;;) {
    const next = await batches.next();
    if (next.done) return { ids, oldest, isLimited: next.value.cursor !== undefined };
    ids.push(...next.value.map(({ orderId }) => orderId));
    oldest = next.value.at(-1)?.createdAt ?? oldest;
  }
}

/** Whether a recovery is running or paused. */
export async function isRecovering(stack: Stack): Promise<boolean> {
  const functionName = stack.outputs[names.recoveryFunctionArn];
  if (functionName === undefined) return false;
  const running = listOpenExecutions(stack, { functionName });
  return !(await running.next()).done;
}
