import { endCallback } from './callbacks.ts';
import { completeCall } from './chained-invoke.ts';
import type { EngineContext } from './engine-context.ts';
import { operationEvent } from './history.ts';
import type { Execution, Operation } from './model.ts';
import { executionTimeout, invocationRetry, parseHeartbeatTimerId } from './timer-store.ts';

const callbackTimeout = { ErrorType: 'Callback.Timeout', ErrorMessage: 'Callback timed out' };
const heartbeatTimeout = {
  ErrorType: 'Callback.Heartbeat',
  ErrorMessage: 'Callback timed out on heartbeat',
};

/**
 * Fires the due timers of an execution and returns whether its handler has to be invoked. With `isBusy`, results of called
 * functions are held back: the handler is at work and receives them at its next invocation.
 */
export function fireDue(
  engine: EngineContext,
  execution: Execution,
  { isBusy = false }: { isBusy?: boolean } = {},
): boolean {
  let changed = false;
  for (const timer of engine.timers.due(engine.times.now(execution.id), execution.id)) {
    const operation = execution.operations.get(parseHeartbeatTimerId(timer) ?? timer);
    if (isBusy && operation?.type === 'CHAINED_INVOKE') continue;
    engine.timers.drop(execution.id, timer);
    if (timer === executionTimeout) {
      const error = { ErrorMessage: `Execution timed out after ${execution.timeout} seconds.` };
      engine.close(execution, { status: 'TIMED_OUT', error });
      return false;
    }
    if (operation) fire(engine, execution, { timer, operation });
    changed ||= operation !== undefined || timer === invocationRetry;
  }
  return changed;
}

function fire(
  engine: EngineContext,
  execution: Execution,
  { timer, operation }: { timer: string; operation: Operation },
): void {
  if (operation.type === 'WAIT') endWait(engine, execution, operation);
  else if (operation.type === 'CALLBACK') {
    const error = timer === operation.id ? callbackTimeout : heartbeatTimeout;
    endCallback(engine, { execution, operation }, { status: 'TIMED_OUT', error });
  } else if (operation.type === 'CHAINED_INVOKE') completeCall(engine, execution, operation);
  else {
    // The next attempt of a step is due, which writes no event.
    engine.executions.updateOperation(execution, { ...operation, status: 'READY' });
  }
}

function endWait({ executions }: EngineContext, execution: Execution, pending: Operation): void {
  const operation: Operation = { ...pending, status: 'SUCCEEDED', ended: Date.now() };
  executions.updateOperation(execution, operation);
  const details = { Duration: operation.duration };
  executions.append(execution, operationEvent(operation, { type: 'WaitSucceeded', details }));
}
