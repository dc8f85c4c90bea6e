import { setTimeout as sleep } from 'node:timers/promises';
import type { Order } from '../../../functions/contract/order.ts';
import { isObject } from '../../environment/project.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { newOrderId, submitOrder } from '../actions/submit.ts';
import { readHistory } from '../lookup/history.ts';
import { readExecution } from '../lookup/read-order.ts';

/** What one order takes of a table; units are those that are billed. */
export interface TableWork {
  readonly writes: number;
  readonly writeUnits: number;
  readonly indexWrites: number;
  readonly indexWriteUnits: number;
  readonly reads: number;
  readonly readUnits: number;
}

/** What one order takes. */
export interface Measured {
  /** Durable operations that are billed: the start, every attempt at a step, every wait. */
  readonly operations: number;
  readonly checkpoints: number;
  /** Of the checkpoint requests, whole. */
  readonly checkpointBytes: number;
  readonly invocations: number;
  readonly durationMs: number;
  readonly gigabyteSeconds: number;
  /** By the name that the template gives the table. */
  readonly tables: Readonly<Record<string, TableWork>>;
  readonly logBytes: number;
}

/** The events of a history that begin an operation that is billed. */
const billed = new Set([
  'ExecutionStarted',
  'StepStarted',
  'WaitStarted',
  'CallbackStarted',
  'ChainedInvokeStarted',
  'ContextStarted',
]);

const pollMs = 50;

/**
 * Puts orders through one after the other and says what each took, on a target that does nothing else meanwhile and meters what is
 * asked of it. The first goes through twice, so that the functions are warm. Throws an AbortError when `signal` says to stop.
 */
export async function measureOrders(
  target: Target,
  outputs: StackOutputs,
  { orders, signal }: { readonly orders: readonly Order[]; readonly signal: AbortSignal },
): Promise<Measured[]> {
  const once = (order: Order) => run(target, outputs, { order, signal });
  for (const order of orders.slice(0, 1)) await once(order);
  const measured: Measured[] = [];
  let before = await readUsage(target);
  for (const order of orders) {
    const history = await readHistory(target, await once(order));
    const after = await readUsage(target);
    measured.push(measuredBy(difference(after, before), history));
    before = after;
  }
  return measured;
}

function measuredBy(usage: Usage, history: readonly { readonly type: string }[]): Measured {
  const functions = Object.values(usage.functions);
  const sum = (key: string) => functions.reduce((total, each) => total + (each[key] ?? 0), 0);
  return {
    operations: history.filter(({ type }) => billed.has(type)).length,
    checkpoints: usage.checkpoints['calls'] ?? 0,
    checkpointBytes: usage.checkpoints['bytes'] ?? 0,
    invocations: sum('invocations'),
    durationMs: sum('duration'),
    gigabyteSeconds: Math.round(sum('gigabyteSeconds') * 1000) / 1000,
    tables: ofTemplate(usage.tables),
    logBytes: usage.logs['bytes'] ?? 0,
  };
}

/** Waits for the execution, which reads no table. */
async function run(
  target: Target,
  outputs: StackOutputs,
  { order, signal }: { order: Order; signal: AbortSignal },
): Promise<string> {
  const event = { orderId: newOrderId(), order };
  const { executionArn = '' } = await submitOrder(target, outputs, { event, via: 'invoke' });
  while ((await readExecution(target, executionArn))?.status === 'RUNNING') {
    await sleep(pollMs, undefined, { signal });
  }
  return executionArn;
}

type Counts = Readonly<Record<string, number>>;

interface Usage {
  readonly checkpoints: Counts;
  readonly logs: Counts;
  readonly functions: Readonly<Record<string, Counts>>;
  readonly tables: Readonly<Record<string, Counts>>;
}

async function readUsage({ endpoint }: Target): Promise<Usage> {
  const answer = await fetch(`${endpoint}/_runtime/usage`);
  return (await answer.json()) as Usage;
}

/** Every number less what it was before. */
function difference<T>(now: T, before: unknown): T {
  if (typeof now === 'number') return (now - Number(before ?? 0)) as T;
  const earlier = isObject(before) ? before : {};
  const entries = Object.entries(now as object).map(([key, value]) => [
    key,
    difference(value, earlier[key]),
  ]);
  return Object.fromEntries(entries) as T;
}

/** `<stack>-<name in the template>-<letters>` */
function ofTemplate(tables: Usage['tables']): Measured['tables'] {
  return Object.fromEntries(
    Object.entries(tables).map(([name, usage]) => [
      name.split('-').at(-2) ?? name,
      usage as unknown as TableWork,
    ]),
  );
}
