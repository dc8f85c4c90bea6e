import { endCallback } from './callbacks.ts';
import { endCall } from './chained-invoke.ts';
import type { EngineContext } from './engine-context.ts';
import { operationEvent } from './history.ts';
import type { Execution, Operation } from './model.ts';
import { executionTimeout, heartbeatTimer, invocationRetry } from './timer-store.ts';

const overdue = { ErrorType: 'Callback.Timeout', ErrorMessage: 'Callback timed out' };
const silent = {
  ErrorType: 'Callback.Heartbeat',
  ErrorMessage: 'Callback timed out on heartbeat',
};

/**
 * Fires the due timers of one execution; true when something changed that its handler has to hear of. A busy handler
 * (`working`) is not told yet what a function that it called has answered.
 */
export function fireDue(
  engine: EngineContext,
  execution: Execution,
  { working = false }: { working?: boolean } = {},
): boolean {
  let changed = false;
  for (const timer of engine.timers.due(engine.clock.now(), execution.id)) {
    const operation = execution.operations.get(heartbeatTimer(timer) ?? timer);
    if (working && operation?.type === 'CHAINED_INVOKE') continue;
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
    const error = timer === operation.id ? overdue : silent;
    endCallback(engine, { execution, operation }, { status: 'TIMED_OUT', error });
  } else if (operation.type === 'CHAINED_INVOKE') endCall(engine, execution, operation);
  else {
    // A step may be tried again, which writes no event.
    const { due: _, ...ready } = operation;
    engine.executions.change(execution, { ...ready, status: 'READY' });
  }
}

function endWait({ executions }: EngineContext, execution: Execution, before: Operation): void {
  const { due: _, ...rest } = before;
  const operation: Operation = { ...rest, status: 'SUCCEEDED', ended: Date.now() };
  executions.change(execution, operation);
  const details = { Duration: operation.duration };
  executions.append(execution, operationEvent(operation, { type: 'WaitSucceeded', details }));
}
