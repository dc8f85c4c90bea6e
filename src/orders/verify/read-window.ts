/** The orders that are verified, with their executions: read in pages and batches. */
import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { type ListedExecution, listExecutions } from '../lookup/executions.ts';
import { type ListQuery, listOrders } from '../lookup/list.ts';
import { readRows } from './read-rows.ts';

export interface View {
  readonly records: ReadonlyMap<string, OrderRecord>;
  /** By ARN. */
  readonly executions: ReadonlyMap<string, ListedExecution>;
  /** Executions of the window whose orders are not in the table. */
  readonly rowless: readonly ListedExecution[];
  /** Epoch ms: the executions that were started since then were read. */
  readonly startedAfter: number;
  /** Whether orders that no filter and no limit leaves out are all there. */
  readonly whole: boolean;
}

/** An order's item is written a moment after its execution began; clocks may differ too, ms. */
const marginMs = 300_000;

/**
 * Reads the orders of a query and the executions of its window. The rows come last: what an execution that had ended has
 * written is in them.
 */
export async function readView(
  target: Target,
  outputs: StackOutputs,
  query: ListQuery,
): Promise<View> {
  const { ids, oldest, cut } = await listIds(target, outputs, query);
  const whole =
    !cut && !query.after && (query.statuses ?? []).length === 0 && query.customerId === undefined;
  const startedAfter = Date.parse(cut ? (oldest ?? query.since) : query.since) - marginMs;
  const executions = await readExecutions(target, outputs, startedAfter);
  // Executions that began around the edges of the window are of orders that may be outside it.
  const named = whole ? [...executions.values()].map(({ orderId }) => orderId) : [];
  const found = await readRows(target, outputs, [...ids, ...named]);
  const listed = new Set(ids);
  const inView = ({ orderId, createdAt }: OrderRecord) =>
    listed.has(orderId) || (createdAt >= query.since && createdAt <= query.until);
  const rowless = [...executions.values()].filter(
    ({ orderId, startedAt = 0 }) =>
      whole && !found.has(orderId) && startedAt <= Date.parse(query.until),
  );
  return {
    records: new Map([...found].filter(([, record]) => inView(record))),
    executions,
    rowless,
    startedAfter,
    whole,
  };
}

/** The workflow's executions that were started since then, by ARN. */
export async function readExecutions(
  target: Target,
  outputs: StackOutputs,
  startedAfter: number,
): Promise<Map<string, ListedExecution>> {
  const executions = new Map<string, ListedExecution>();
  for await (const each of listExecutions(target, outputs, { startedAfter })) {
    executions.set(each.arn, each);
  }
  return executions;
}

async function listIds(target: Target, outputs: StackOutputs, query: ListQuery) {
  const ids: string[] = [];
  let oldest: string | undefined;
  const batches = listOrders(target, outputs, { ...query, details: false });
  for (;;) {
    const next = await batches.next();
    if (next.done) return { ids, oldest, cut: next.value.cursor !== undefined };
    ids.push(...next.value.map(({ orderId }) => orderId));
    oldest = next.value.at(-1)?.createdAt ?? oldest;
  }
}

/** Whether recovery is at work on some order. */
export async function isRecovering(target: Target, outputs: StackOutputs): Promise<boolean> {
  const functionName = outputs[names.recoveryFunctionArn];
  if (functionName === undefined) return false;
  const running = listExecutions(target, outputs, { functionName, status: 'RUNNING' });
  return !(await running.next()).done;
}
