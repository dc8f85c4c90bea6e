import type { Engine } from './engine.ts';

/** Stops the running executions of a function and deletes all its executions. Their names can be used again. */
export function deleteExecutions(engine: Engine, functionName: string): void {
  const { store, executions } = engine;
  store.transact(() => {
    for (const id of executions.listIds(functionName)) {
      const execution = engine.find(id);
      if (execution?.status === 'RUNNING') engine.close(execution, { status: 'STOPPED' });
      executions.remove(id);
    }
  });
  engine.rescheduleTimers();
}
