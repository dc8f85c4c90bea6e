import type { Clock } from '../../clock.ts';
import { executionOperation, visibleOperations, wireOperation } from './history.ts';
import type { Close, ErrorObject, Execution } from './model.ts';

/** The event takes this much; what is left is read with GetDurableExecutionState. */
const largestEvent = 5 * 1024 * 1024;

/** Single use: bound to the execution, its invocation and how many checkpoints that has made. */
export function tokenOf({ id, invocation }: Execution): string {
  const text = `${id}:${invocation?.id}:${invocation?.sequence}`;
  return Buffer.from(text).toString('base64');
}

/** What a durable handler is invoked with; timestamps are ISO 8601 here, unlike in the API. */
export function invocationEvent(execution: Execution, clock: Clock): Record<string, unknown> {
  const operations: unknown[] = [executionOperation(execution, 'event')];
  const visible = visibleOperations(execution);
  let size = execution.input?.length ?? 0;
  let next = '';
  for (const [index, operation] of visible.entries()) {
    size += 400 + (operation.result?.length ?? 0) + JSON.stringify(operation.error ?? '').length;
    if (size > largestEvent) {
      next = String(index);
      break;
    }
    operations.push(wireOperation(operation, clock, 'event'));
  }
  return {
    DurableExecutionArn: execution.arn,
    CheckpointToken: tokenOf(execution),
    UpdatedOperationIds: [...execution.untold],
    InitialExecutionState: { Operations: operations, NextMarker: next },
  };
}

/** Operations that end without the handler. */
const external = new Set(['WAIT', 'CALLBACK', 'CHAINED_INVOKE']);

/** Whether something will wake the execution. */
export function pendingLeft({ operations }: Execution): boolean {
  for (const { type, status } of operations.values()) {
    if (status === 'PENDING' || status === 'READY') return true;
    if (status === 'STARTED' && external.has(type)) return true;
  }
  return false;
}

/** How the handler's answer closes the execution, if it does. */
export function readEnvelope(payload: string): Close | 'PENDING' {
  const envelope = parse(payload);
  const { Status, Result, Error: error } = envelope;
  if (Status === 'PENDING') return 'PENDING';
  if (Status === 'SUCCEEDED') {
    if (error) return refused('Cannot provide an Error for SUCCEEDED status.');
    return typeof Result === 'string'
      ? { status: 'SUCCEEDED', result: Result }
      : { status: 'SUCCEEDED' };
  }
  if (Status !== 'FAILED') return refused('Invalid Status in invocation output.');
  if (Result) return refused('Cannot provide a Result for FAILED status.');
  return { status: 'FAILED', error: (error ?? {}) as ErrorObject };
}

function parse(payload: string): Record<string, unknown> {
  const value: unknown = JSON.parse(payload);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function refused(ErrorMessage: string): Close {
  return {
    status: 'FAILED',
    error: { ErrorType: 'InvalidParameterValueException', ErrorMessage },
  };
}

/** How an execution closes whose handler waits for nothing. */
export const nothingPending: Close = {
  status: 'FAILED',
  error: {
    ErrorType: 'InvalidParameterValueException',
    ErrorMessage: 'Cannot return PENDING status with no pending operations.',
  },
};
