import type { Engine } from './engine.ts';
import { operationEvent } from './history.ts';
import type { Execution } from './model.ts';
import { executionTimeout, invocationRetry } from './store.ts';

/** Fires the due timers of one execution; true when something changed that its handler has to hear of. */
export function fireDue(engine: Engine, execution: Execution): boolean {
  let changed = false;
  for (const { operation } of engine.executions.due(engine.clock.now(), execution.id)) {
    engine.executions.dropTimer(execution.id, operation);
    if (operation === executionTimeout) {
      const error = { ErrorMessage: `Execution timed out after ${execution.timeout} seconds.` };
      engine.close(execution, { status: 'TIMED_OUT', error });
      return false;
    }
    if (operation !== invocationRetry) fire(engine, execution, operation);
    changed = true;
  }
  return changed;
}

/** A wait ends; a step may be tried again, which writes no event. */
function fire({ executions }: Engine, execution: Execution, id: string): void {
  const before = execution.operations.get(id);
  if (!before) return;
  const operation = { ...before };
  delete operation.due;
  if (operation.type === 'WAIT') {
    operation.status = 'SUCCEEDED';
    operation.ended = Date.now();
    const details = { Duration: operation.duration };
    executions.append(execution, operationEvent(operation, { type: 'WaitSucceeded', details }));
  } else operation.status = 'READY';
  execution.operations.set(id, operation);
  execution.untold.add(id);
  executions.putOperation(execution, operation);
}
