import { AwsError } from '../../wire/aws-error.ts';
import { invalidParameter } from '../errors.ts';
import { parseCallbackId } from './callback-id.ts';
import type { EngineContext } from './engine-context.ts';
import { operationEvent, toErrorDetails, toResultDetails } from './history.ts';
import type { ErrorObject, Execution, Operation } from './model.ts';
import { heartbeatTimerId } from './timer-store.ts';
import { hasEnded, maxPayloadBytes } from './validation.ts';

/** Outcome of a callback. */
export type CallbackOutcome =
  | { readonly status: 'SUCCEEDED'; readonly result?: string }
  | { readonly status: 'FAILED' | 'TIMED_OUT'; readonly error: ErrorObject };

const eventTypes = {
  SUCCEEDED: 'CallbackSucceeded',
  FAILED: 'CallbackFailed',
  TIMED_OUT: 'CallbackTimedOut',
} as const;

interface WaitingCallback {
  readonly execution: Execution;
  readonly operation: Operation;
}

/**
 * Ends a callback and wakes its execution. Throws InvalidParameterValueException for an invalid callback id and
 * CallbackTimeoutException if the callback has ended.
 */
export function completeCallback(
  engine: EngineContext,
  callbackId: string,
  end: CallbackOutcome,
): void {
  const text = end.status === 'SUCCEEDED' ? (end.result ?? '') : JSON.stringify(end.error);
  if (Buffer.byteLength(text) > maxPayloadBytes) {
    throw invalidParameter(
      `CALLBACK payload size must be less than or equal to ${maxPayloadBytes} bytes.`,
    );
  }
  const { execution, operation } = findWaiting(engine, callbackId);
  engine.store.transact(() => {
    endCallback(engine, { execution, operation }, end);
    engine.wake(execution);
  });
  engine.rescheduleTimers();
}

/** Restarts the heartbeat timeout of a callback. Writes no event and invokes no handler. Throws like `completeCallback`. */
export function recordHeartbeat(engine: EngineContext, callbackId: string): void {
  const { execution, operation } = findWaiting(engine, callbackId);
  engine.store.transact(() => armHeartbeat(engine, execution, operation));
  engine.rescheduleTimers();
}

/** Sets the timer that ends the callback if no heartbeat arrives in time. */
export function armHeartbeat(
  engine: EngineContext,
  execution: Execution,
  operation: Operation,
): void {
  if (!operation.heartbeat) return;
  engine.setTimer(execution.id, heartbeatTimerId(operation.id), operation.heartbeat * 1000);
}

/** Records the end of a callback. Must be called within a transaction. */
export function endCallback(
  { executions, timers }: EngineContext,
  { execution, operation: waiting }: WaitingCallback,
  end: CallbackOutcome,
): void {
  const operation: Operation = { ...waiting, status: end.status, ended: Date.now() };
  if (end.status === 'SUCCEEDED') {
    if (end.result !== undefined) operation.result = end.result;
  } else operation.error = end.error;
  timers.drop(execution.id, operation.id);
  timers.drop(execution.id, heartbeatTimerId(operation.id));
  executions.updateOperation(execution, operation);
  const details =
    end.status === 'SUCCEEDED'
      ? { Result: toResultDetails(end.result) }
      : { Error: toErrorDetails(end.error) };
  executions.append(
    execution,
    operationEvent(operation, { type: eventTypes[end.status], details }),
  );
}

function findWaiting(engine: EngineContext, callbackId: string): WaitingCallback {
  const parsed = parseCallbackId(callbackId);
  if (!parsed) throw invalidParameter('Invalid callback id');
  const execution = engine.find(parsed.execution);
  const operation = execution?.operations.get(parsed.operation);
  if (execution?.status === 'RUNNING' && operation && !hasEnded(operation)) {
    return { execution, operation };
  }
  const message = 'The callback is either timed out or already completed';
  throw new AwsError('CallbackTimeoutException', message);
}
