import type { Engine } from './engine.ts';

/** Stops what runs of a function that is deleted, and forgets its executions: their names are free again. */
export function forgetExecutions(engine: Engine, functionName: string): void {
  const { store, executions } = engine;
  store.transact(() => {
    for (const id of executions.ofFunction(functionName)) {
      const execution = engine.find(id);
      if (execution?.status === 'RUNNING') engine.close(execution, { status: 'STOPPED' });
      executions.remove(id);
    }
  });
  engine.rearm();
}
