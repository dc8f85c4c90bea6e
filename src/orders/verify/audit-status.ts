/** Whether an order's row and its execution say the same. Pure. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isEnd, rank, type StageId, stages } from '../../../functions/contract/workflow.ts';
import { skippedStatus, wentBack } from '../../workflow/path.ts';
import type { Recorded } from '../../workflow/recorded.ts';
import type { ListedExecution } from '../lookup/executions.ts';
import { type Mismatch, mendable, undecided } from './mismatch.ts';
import type { EffectiveCall } from './order-side-effects.ts';

export interface Standing {
  readonly orderId: string;
  /** Absent when there is no row. */
  readonly record?: OrderRecord | undefined;
  /** The row's own; without a row the one of its name. Absent when Lambda knows none. */
  readonly execution?: ListedExecution | undefined;
  /** What the execution's history shows; read after the row, which has not changed since. */
  readonly recorded?: Recorded | undefined;
  /** The ARN of the execution that placed the order, where its row names another that Lambda does not know. */
  readonly namesake?: string | undefined;
}

export interface Lookout {
  /** Epoch ms: executions of orders created since then are kept by Lambda. */
  readonly keptSince: number;
}

/** How a row and an execution contradict each other, as far as is known: without a history only what is certain. */
export function auditStanding(standing: Standing, { keptSince }: Lookout): Mismatch[] {
  const { orderId, record, execution, recorded } = standing;
  if (!record) return execution ? auditMissing(orderId, execution, recorded) : [];
  const path = wentBack(record) ?? skippedStatus(record);
  const told = execution
    ? auditAgainst(record, execution, recorded)
    : auditOrphan(standing, record, keptSince);
  if (told.length > 0 || path === undefined) return told;
  return [(execution ? mendable : undecided)('transitions', orderId, path)];
}

/** Whether the row and the execution alone leave open who is right, so that its history has to be read. */
export function needsHistory(
  { record, execution, recorded }: Standing,
  calls: readonly EffectiveCall[],
): boolean {
  if (recorded || !execution) return false;
  if (!record) return execution.status !== 'SUCCEEDED';
  if (execution.status === 'SUCCEEDED') return false;
  if (execution.status !== 'RUNNING') return record.status === 'completed';
  return (
    isEnd(record.status) ||
    record.status === 'shipped' ||
    wentBack(record) !== undefined ||
    skippedStatus(record) !== undefined ||
    disagrees(record, calls)
  );
}

function auditMissing(
  orderId: string,
  { status }: ListedExecution,
  recorded: Recorded | undefined,
): Mismatch[] {
  // An execution that was refused, or ended, before it wrote its order has none.
  const wrote = recorded ? recorded.transitions.length > 0 : status === 'SUCCEEDED';
  if (!wrote) return [];
  const reached = recorded?.transitions.at(-1)?.status;
  const told = reached ? `${status}, ${reached}` : status;
  return [mendable('lost-row', orderId, `its execution (${told}) has no row`)];
}

function auditOrphan(
  { namesake }: Standing,
  { orderId, status, flagged, createdAt, failure }: OrderRecord,
  keptSince: number,
): Mismatch[] {
  if (namesake !== undefined) {
    const told = `${status}, and its row names an execution that is not its own`;
    return [mendable('lost-execution', orderId, told)];
  }
  if (!isEnd(status)) {
    if (flagged) return [];
    const told = `${status}, and Lambda knows no execution of it: nothing carries it on`;
    return [mendable('lost-execution', orderId, told)];
  }
  // What recovery closed needs no execution that ended by itself.
  const closed = status === 'cancelled' || failure?.code === 'stopped';
  if (closed || Date.parse(createdAt) < keptSince) return [];
  return [undecided('lost-execution', orderId, `${status}, and Lambda knows no execution of it`)];
}

function auditAgainst(
  record: OrderRecord,
  execution: ListedExecution,
  recorded: Recorded | undefined,
): Mismatch[] {
  const { orderId, status, flagged } = record;
  const is = `the row is ${status}, its execution ${execution.status}`;
  if (execution.status !== 'RUNNING' && !isEnd(status)) {
    return flagged ? [] : [mendable('unfinished', orderId, is)];
  }
  if (!recorded) return [];
  const shown = recorded.transitions.at(-1)?.status ?? 'received';
  const closedFromOutside =
    recorded.state !== 'running' && recorded.state !== 'succeeded' && status !== 'completed';
  if (closedFromOutside) return [];
  const allowed = new Set([
    ...recorded.possible,
    ...recorded.transitions.map((each) => each.status),
  ]);
  if (!allowed.has(status)) {
    if (recorded.state === 'succeeded' || shown === 'received' || isEnd(shown)) {
      return [mendable('wrong-end', orderId, `${is} with the order ${shown}`)];
    }
    const kind = rank(status) > rank(shown) ? 'ahead' : 'behind';
    return [mendable(kind, orderId, `${is} and only ${shown}`)];
  }
  const missed = recorded.transitions.find(
    (each) => !record.transitions.some((own) => own.status === each.status),
  );
  if (missed && rank(missed.status) > rank(status)) {
    return [
      mendable('behind', orderId, `the row is ${status}, its execution was ${missed.status}`),
    ];
  }
  return [];
}

/** Stage -> what its provider logs, where that is not the stage's name. */
const callOf: Readonly<Partial<Record<StageId, string>>> = { 'process-payment': 'charge' };
/** A stage that is done and not recorded yet, and one that follows it at once. */
const leeway = 2;

/** Whether the calls at the providers show that the order is elsewhere than its row says. */
function disagrees(record: OrderRecord, calls: readonly EffectiveCall[]): boolean {
  if (calls.length === 0) return false;
  const called = new Set(calls.map(({ call }) => call));
  const reached = new Set<string>(record.transitions.map(({ status }) => status));
  const steps = stages.filter((each) => each.kind === 'step');
  const told = steps.findLastIndex((each) => 'status' in each && reached.has(each.status));
  const done = steps.findLastIndex(({ id }) => called.has(callOf[id] ?? id));
  const unseen = steps
    .slice(0, told + 1)
    .some(
      (each) =>
        'status' in each &&
        reached.has(each.status) &&
        isLogged(each.id) &&
        !called.has(callOf[each.id] ?? each.id),
    );
  return unseen || done > told + leeway;
}

const isLogged = (id: StageId) => id !== 'validate-order' && id !== 'complete-order';
