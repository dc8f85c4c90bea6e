import { AwsError } from '../../wire/aws-error.ts';
import { readCallbackId } from './callback-id.ts';
import type { EngineContext } from './engine-context.ts';
import { errorOf, operationEvent, resultOf } from './history.ts';
import type { ErrorObject, Execution, Operation } from './model.ts';
import { heartbeatOf } from './timer-store.ts';
import { hasEnded, invalid, largestPayload } from './validation.ts';

/** How a callback ends. */
export type CallbackEnd =
  | { readonly status: 'SUCCEEDED'; readonly result?: string }
  | { readonly status: 'FAILED' | 'TIMED_OUT'; readonly error: ErrorObject };

const eventTypes = {
  SUCCEEDED: 'CallbackSucceeded',
  FAILED: 'CallbackFailed',
  TIMED_OUT: 'CallbackTimedOut',
} as const;

interface Found {
  readonly execution: Execution;
  readonly operation: Operation;
}

/**
 * SendDurableExecutionCallbackSuccess and …Failure: ends the callback and has its handler hear of it. Throws
 * InvalidParameterValueException for what is no callback id, CallbackTimeoutException when it has ended.
 */
export function completeCallback(
  engine: EngineContext,
  callbackId: string,
  end: CallbackEnd,
): void {
  const text = end.status === 'SUCCEEDED' ? (end.result ?? '') : JSON.stringify(end.error);
  if (Buffer.byteLength(text) > largestPayload) {
    throw invalid(`CALLBACK payload size must be less than or equal to ${largestPayload} bytes.`);
  }
  const { execution, operation } = waiting(engine, callbackId);
  engine.store.transact(() => {
    endCallback(engine, { execution, operation }, end);
    engine.wake(execution);
  });
  engine.rearm();
}

/** SendDurableExecutionCallbackHeartbeat: the time until the next one is due begins again; no event, no invocation. */
export function heartbeat(engine: EngineContext, callbackId: string): void {
  const { execution, operation } = waiting(engine, callbackId);
  engine.store.transact(() => armHeartbeat(engine, execution, operation));
  engine.rearm();
}

/** Times the callback out unless a heartbeat comes in time. */
export function armHeartbeat(
  engine: EngineContext,
  execution: Execution,
  operation: Operation,
): void {
  if (!operation.heartbeat) return;
  const due = engine.clock.now() + operation.heartbeat * 1000;
  const held = execution.invocation !== undefined;
  engine.timers.set(execution.id, heartbeatOf(operation.id), { due, held });
}

/** Ends a callback, within a transaction. */
export function endCallback(
  { executions, timers }: EngineContext,
  { execution, operation: before }: Found,
  end: CallbackEnd,
): void {
  const operation: Operation = { ...before, status: end.status, ended: Date.now() };
  delete operation.due;
  if (end.status === 'SUCCEEDED') {
    if (end.result !== undefined) operation.result = end.result;
  } else operation.error = end.error;
  timers.drop(execution.id, operation.id);
  timers.drop(execution.id, heartbeatOf(operation.id));
  executions.change(execution, operation);
  const details =
    end.status === 'SUCCEEDED' ? { Result: resultOf(end.result) } : { Error: errorOf(end.error) };
  executions.append(
    execution,
    operationEvent(operation, { type: eventTypes[end.status], details }),
  );
}

function waiting(engine: EngineContext, callbackId: string): Found {
  const parsed = readCallbackId(callbackId);
  if (!parsed) throw invalid('Invalid callback id');
  const execution = engine.find(parsed.execution);
  const operation = execution?.operations.get(parsed.operation);
  if (execution?.status === 'RUNNING' && operation && !hasEnded(operation)) {
    return { execution, operation };
  }
  const message = 'The callback is either timed out or already completed';
  throw new AwsError('CallbackTimeoutException', message);
}
