import { outputs as names } from '../../functions/contract/api.ts';
import { isNotFound } from '../aws/errors.ts';
import type { StackOutputs } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import { type ListedExecution, listExecutions } from '../orders/lookup/executions.ts';

/** The orders on their way, or being recovered; none when the function is gone or was never there. */
export async function findRunning(
  target: Target,
  outputs: StackOutputs,
  of: 'workflow' | 'recovery' = 'workflow',
): Promise<ListedExecution[]> {
  const functionName =
    outputs[of === 'workflow' ? names.workflowFunctionArn : names.recoveryFunctionArn];
  if (functionName === undefined) return [];
  const found: ListedExecution[] = [];
  try {
    for await (const each of listExecutions(target, outputs, { status: 'RUNNING', functionName })) {
      found.push(each);
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return found;
}
