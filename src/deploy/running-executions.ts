import { outputs as names } from '../../functions/contract/api.ts';
import { isNotFound } from '../aws/errors.ts';
import type { Stack } from '../environment/stack.ts';
import { type ListedExecution, listOpenExecutions } from '../orders/lookup/executions.ts';

/** Returns the running and paused executions of the workflow or of recovery; none if the function does not exist. */
export async function listRunningExecutions(
  stack: Stack,
  of: 'workflow' | 'recovery' = 'workflow',
): Promise<ListedExecution[]> {
  const functionName =
    stack.outputs[of === 'workflow' ? names.workflowFunctionArn : names.recoveryFunctionArn];
  if (functionName === undefined) return [];
  const executions: ListedExecution[] = [];
  try {
    for await (const execution of listOpenExecutions(stack, { functionName })) {
      executions.push(execution);
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return executions;
}
