import type { EngineContext } from './engine-context.ts';
import type { Execution } from './model.ts';

/** Returns the ids of an execution and of all executions that wait for it, directly or through others. */
export function listWaiting(
  engine: Pick<EngineContext, 'find'>,
  { id, caller }: Pick<Execution, 'id' | 'caller'>,
): string[] {
  const parent = caller && engine.find(caller.execution);
  return parent ? [id, ...listWaiting(engine, parent)] : [id];
}
