/** Compares the record of an order with its execution. Pure. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { orderPath } from '../../../functions/contract/path.ts';
import {
  isTerminal,
  type OrderStatus,
  type StageId,
  stages,
  statusRank,
} from '../../../functions/contract/workflow.ts';
import { findBackwardTransition, findSkippedStatus } from '../../workflow/path.ts';
import type { RecordedOutcome } from '../../workflow/recorded.ts';
import { isTerminalExecution } from '../lookup/execution-status.ts';
import type { ListedExecution } from '../lookup/executions.ts';
import type { EffectiveCall } from '../tables/provider-calls-table.ts';
import { type Mismatch, type MismatchKind, needsDecision, repairable } from './mismatch.ts';
import { rowFieldsFrom } from './rebuild-row.ts';

export interface OrderAndExecution {
  readonly orderId: string;
  /** Absent if the order is not in the table. */
  readonly record?: OrderRecord | undefined;
  /** The execution that the record names; without a record, the execution named after the order. Absent if it does not exist. */
  readonly execution?: ListedExecution | undefined;
  /** The outcome that the execution's history shows. Read after the record, which has not changed since. */
  readonly recorded?: RecordedOutcome | undefined;
  /** The ARN of the execution that created the order. Present if the execution in the record does not exist. */
  readonly originalArn?: string | undefined;
}

export interface RetentionOptions {
  /** Lambda retains the executions of orders created after this time (epoch ms). */
  readonly retainedSince: number;
}

/** Lists how the record contradicts the execution. Without a history, lists only what is certain. */
export function auditStatus(
  order: OrderAndExecution,
  { retainedSince }: RetentionOptions,
): Mismatch[] {
  const { orderId, record, execution, recorded } = order;
  if (!record) return execution ? auditLostRow(orderId, execution, recorded) : [];
  const mismatch = execution
    ? auditWithExecution(record, execution, recorded)
    : auditWithoutExecution(order, record, retainedSince);
  if (mismatch) return [mismatch];
  const pathError = findBackwardTransition(record) ?? findSkippedStatus(record);
  if (pathError === undefined) return [];
  const create = canRestorePath(order) ? repairable : needsDecision;
  return [create('transitions', orderId, pathError)];
}

/** Whether the record can be corrected from the history of its execution. Not if the execution took the same path. */
function canRestorePath({ record, execution, recorded }: OrderAndExecution): boolean {
  if (!record || !execution) return false;
  const restored = recorded && { ...record, ...rowFieldsFrom(recorded, record) };
  return (
    !restored || (findBackwardTransition(restored) ?? findSkippedStatus(restored)) === undefined
  );
}

/** Whether the history of the execution is needed to decide which of the two is right. */
export function needsHistory(
  { record, execution, recorded }: OrderAndExecution,
  calls: readonly EffectiveCall[],
): boolean {
  if (recorded || !execution) return false;
  if (!record) return true;
  if (execution.status === 'SUCCEEDED') return false;
  // The history of an execution that is being deleted may be gone. It was closed, as AWS deletes no other.
  if (execution.status === 'DELETING') return false;
  if (isTerminalExecution(execution.status)) return record.status === 'completed';
  return (
    isTerminal(record.status) ||
    record.status === 'shipped' ||
    findBackwardTransition(record) !== undefined ||
    findSkippedStatus(record) !== undefined ||
    contradictsCalls(record, calls)
  );
}

function auditLostRow(
  orderId: string,
  { status }: ListedExecution,
  recorded: RecordedOutcome | undefined,
): Mismatch[] {
  // An execution that was refused, or ended before its first write, has no record.
  const hasWritten = recorded ? recorded.transitions.length > 0 : status === 'SUCCEEDED';
  if (!hasWritten) return [];
  const reached = recorded?.transitions.at(-1)?.status;
  const state = reached ? `${status}, ${reached}` : status;
  return [repairable('lost-row', orderId, `its execution (${state}) has no record`)];
}

function auditWithoutExecution(
  { originalArn }: OrderAndExecution,
  { orderId, status, flagged, createdAt, failure }: OrderRecord,
  retainedSince: number,
): Mismatch | undefined {
  if (originalArn !== undefined) {
    const message = `${status}, but its record names the execution of another order`;
    return repairable('lost-execution', orderId, message);
  }
  if (!isTerminal(status)) {
    if (flagged) return undefined;
    return repairable('lost-execution', orderId, `${status}, but its execution does not exist`);
  }
  // The recovery closes orders whose execution was stopped.
  const isClosedByRecovery = status === 'cancelled' || failure?.code === 'stopped';
  if (isClosedByRecovery || Date.parse(createdAt) < retainedSince) return undefined;
  return needsDecision('lost-execution', orderId, `${status}, but its execution does not exist`);
}

function auditWithExecution(
  record: OrderRecord,
  execution: ListedExecution,
  recorded: RecordedOutcome | undefined,
): Mismatch | undefined {
  const { orderId, status, flagged } = record;
  if (isTerminalExecution(execution.status) && !isTerminal(status)) {
    const message = `the record is ${status}, but its execution is ${execution.status}`;
    return flagged ? undefined : repairable('unfinished', orderId, message);
  }
  if (!recorded || isClosedFromOutside(record, recorded) || isRemovedStatus(record)) {
    return undefined;
  }
  const shown = recorded.transitions.at(-1)?.status ?? 'received';
  const isAllowed =
    recorded.possible.has(status) ||
    recorded.transitions.some((transition) => transition.status === status);
  if (!isAllowed) {
    const message = `the record is ${status}, but its execution is ${execution.status} with the order ${shown}`;
    return repairable(contradictionKind(status, shown, recorded), orderId, message);
  }
  const missed = recorded.transitions.find(
    (transition) => !record.transitions.some((own) => own.status === transition.status),
  );
  if (!missed || statusRank(missed.status) <= statusRank(status)) return undefined;
  const message = `the record is ${status}, but its execution reached ${missed.status}`;
  return repairable('behind', orderId, message);
}

/** Whether something else than the execution closed the order, which the history does not show. */
function isClosedFromOutside({ status }: OrderRecord, { state }: RecordedOutcome): boolean {
  return state !== 'running' && state !== 'succeeded' && status !== 'completed';
}

/** Whether the order is in a status of its workflow that the current workflow no longer has: no history event maps to it. */
function isRemovedStatus(record: OrderRecord): boolean {
  return statusRank(record.status) < 0 && orderPath(record).includes(record.status);
}

function contradictionKind(
  status: OrderStatus,
  shown: OrderStatus | 'received',
  { state }: RecordedOutcome,
): MismatchKind {
  if (state === 'succeeded' || shown === 'received' || isTerminal(shown)) return 'wrong-end';
  return statusRank(status) > statusRank(shown) ? 'ahead' : 'behind';
}

/** The name under which the provider logs a stage, if it differs from the stage id. */
const loggedCallName: Readonly<Partial<Record<StageId, string>>> = { 'process-payment': 'charge' };
/** The calls may be ahead of the record by two stages: a finished stage without a recorded status, and the stage after it. */
const allowedStageLag = 2;

/** Whether the calls to the providers show another progress than the record. */
function contradictsCalls(record: OrderRecord, calls: readonly EffectiveCall[]): boolean {
  if (calls.length === 0) return false;
  const called = new Set(calls.map(({ call }) => call));
  const isCalled = (id: StageId) => called.has(loggedCallName[id] ?? id);
  const reached = new Set<string>(record.transitions.map(({ status }) => status));
  const steps = stages.filter((stage) => stage.kind === 'step');
  const lastRecorded = steps.findLastIndex((step) => 'status' in step && reached.has(step.status));
  const lastCalled = steps.findLastIndex(({ id }) => isCalled(id));
  const lacksCall = steps.some(
    (step) =>
      'status' in step && reached.has(step.status) && isLogged(step.id) && !isCalled(step.id),
  );
  return lacksCall || lastCalled > lastRecorded + allowedStageLag;
}

const isLogged = (id: StageId) => id !== 'validate-order' && id !== 'complete-order';
