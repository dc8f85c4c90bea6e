import { setTimeout as sleep } from 'node:timers/promises';
import { outputs as names } from '../../../functions/contract/api.ts';
import type { Order } from '../../../functions/contract/order.ts';
import { isObject } from '../../environment/project.ts';
import type { Stack } from '../../environment/stack.ts';
import { requireOutput } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { newOrderId, submitOrder } from '../actions/submit.ts';
import { isOpen } from '../lookup/execution-status.ts';
import { findExecution, readExecution } from '../lookup/executions.ts';
import { readHistory } from '../lookup/history.ts';

/** Use of a table by one order, in operations and in billed units. */
export interface TableUsage {
  readonly writes: number;
  readonly writeUnits: number;
  readonly indexWrites: number;
  readonly indexWriteUnits: number;
  readonly reads: number;
  readonly readUnits: number;
}

/** Invocations of functions by one order. */
export interface FunctionUsage {
  readonly invocations: number;
  readonly durationMs: number;
  readonly gigabyteSeconds: number;
}

/** Resources used by one order. The invocations of the function behind the API are in `intake`. */
export interface OrderUsage extends FunctionUsage {
  /** Billed durable operations: the start, each attempt of a step, each wait. */
  readonly operations: number;
  readonly checkpoints: number;
  /** Total size of the checkpoint requests. */
  readonly checkpointBytes: number;
  /** The function behind the API. */
  readonly intake: FunctionUsage;
  /** By the table's name in the template. */
  readonly tables: Readonly<Record<string, TableUsage>>;
  /** Write requests by the tables that a request writes: their names in the template, sorted and joined by `+`. */
  readonly writeRequests: Readonly<Record<string, number>>;
  readonly logBytes: number;
  readonly logEvents: number;
}

/** Types of history events that start a billed operation. */
const billedEvents = new Set([
  'ExecutionStarted',
  'StepStarted',
  'WaitStarted',
  'CallbackStarted',
  'ChainedInvokeStarted',
  'ContextStarted',
]);

const pollMs = 50;

/**
 * Runs orders sequentially, and returns the resources that each used. The target must be a local runtime, which
 * meters its use, and be otherwise idle. The first order runs twice so that the functions are warm. Throws an
 * AbortError if `signal` aborts.
 */
export async function measureOrders(
  stack: Stack,
  { orders, signal }: { readonly orders: readonly Order[]; readonly signal: AbortSignal },
): Promise<OrderUsage[]> {
  const run = (order: Order) => runToEnd(stack, { order, signal });
  for (const order of orders.slice(0, 1)) await run(order);
  const measured: OrderUsage[] = [];
  let before = await readUsage(stack.target);
  for (const order of orders) {
    const history = await readHistory(stack.target, await run(order));
    const after = await readUsage(stack.target);
    measured.push(toOrderUsage(stack, subtractUsage(after, before), history));
    before = after;
  }
  return measured;
}

function toOrderUsage(
  stack: Stack,
  usage: RuntimeUsage,
  history: readonly { readonly type: string }[],
): OrderUsage {
  const intake = requireOutput(stack, names.intakeFunctionArn).split(':').at(-1) ?? '';
  const { [intake]: front = {}, ...others } = usage.functions;
  return {
    operations: history.filter(({ type }) => billedEvents.has(type)).length,
    checkpoints: usage.checkpoints['calls'] ?? 0,
    checkpointBytes: usage.checkpoints['bytes'] ?? 0,
    ...sumFunctions(Object.values(others)),
    intake: sumFunctions([front]),
    tables: byTemplateName(usage.tables),
    writeRequests: requestsByTemplateNames(usage.writeRequests),
    logBytes: usage.logs['bytes'] ?? 0,
    logEvents: usage.logs['events'] ?? 0,
  };
}

function sumFunctions(functions: readonly Counts[]): FunctionUsage {
  const sum = (key: string) => functions.reduce((total, counts) => total + (counts[key] ?? 0), 0);
  return {
    invocations: sum('invocations'),
    durationMs: sum('duration'),
    gigabyteSeconds: Math.round(sum('gigabyteSeconds') * 10_000) / 10_000,
  };
}

/**
 * Submits the order through the API and returns the ARN of its execution when that has ended. Reads no table, which would be metered.
 */
async function runToEnd(
  stack: Stack,
  { order, signal }: { order: Order; signal: AbortSignal },
): Promise<string> {
  const event = { orderId: newOrderId(), order };
  await submitOrder(stack, { event, via: 'api' });
  const executionArn = (await findExecution(stack, event.orderId)) ?? '';
  for (;;) {
    const execution = await readExecution(stack.target, executionArn);
    if (!execution || !isOpen(execution.status)) return executionArn;
    await sleep(pollMs, undefined, { signal });
  }
}

type Counts = Readonly<Record<string, number>>;

interface RuntimeUsage {
  readonly checkpoints: Counts;
  readonly logs: Counts;
  readonly functions: Readonly<Record<string, Counts>>;
  readonly tables: Readonly<Record<string, Counts>>;
  readonly writeRequests: Counts;
}

async function readUsage(target: Target): Promise<RuntimeUsage> {
  const { signedFetch } = await import('../../aws/signed-fetch.ts');
  const url = `${target.endpoint}/_runtime/usage`;
  const response = await signedFetch(target, url, {
    method: 'GET',
    headers: {},
    service: 'runtime',
  });
  return (await response.json()) as RuntimeUsage;
}

/** Subtracts `before` from `now`, number by number. */
function subtractUsage<T>(now: T, before: unknown): T {
  if (typeof now === 'number') return (now - Number(before ?? 0)) as T;
  const earlier = isObject(before) ? before : {};
  const entries = Object.entries(now as object).map(([key, value]) => [
    key,
    subtractUsage(value, earlier[key]),
  ]);
  return Object.fromEntries(entries) as T;
}

/** Renames tables from `<stack>-<name in the template>-<letters>` to their name in the template. */
function byTemplateName(tables: RuntimeUsage['tables']): OrderUsage['tables'] {
  return Object.fromEntries(
    Object.entries(tables).map(([name, usage]) => [
      toTemplateName(name),
      usage as unknown as TableUsage,
    ]),
  );
}

const toTemplateName = (name: string) => name.split('-').at(-2) ?? name;

/** Renames the tables, and leaves out sets of tables that no request wrote. */
function requestsByTemplateNames(requests: Counts): OrderUsage['writeRequests'] {
  return Object.fromEntries(
    Object.entries(requests).flatMap(([names, count]) =>
      count === 0 ? [] : [[names.split('+').map(toTemplateName).join('+'), count]],
    ),
  );
}
