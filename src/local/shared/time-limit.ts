import { createContext, Script } from 'node:vm';

const sandbox: { run: () => unknown } = { run: () => undefined };
createContext(sandbox);
const script = new Script('run()');

/**
 * Returns the result of `run`, which must be synchronous. Throws an error with the code ERR_SCRIPT_EXECUTION_TIMEOUT if it takes longer
 * than `ms`, also inside a loop or a regular expression. Costs about 0.2 ms.
 */
export function withTimeLimit<T>(ms: number, run: () => T): T {
  sandbox.run = run;
  return script.runInContext(sandbox, { timeout: ms }) as T;
}
