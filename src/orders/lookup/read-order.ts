import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import { isNotFound } from '../../aws/errors.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';

export interface Execution {
  readonly arn: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'STOPPED';
  readonly error?: string;
  /** RFC 3339 UTC; absent while it runs. */
  readonly endedAt?: string;
}

/** The order's item, or `undefined` while there is none. */
export async function readOrder(
  target: Target,
  outputs: StackOutputs,
  orderId: string,
): Promise<OrderRecord | undefined> {
  const { GetCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  const answer = await tables.send(
    new GetCommand({
      TableName: output(outputs, names.ordersTable),
      Key: { orderId },
      ConsistentRead: true,
    }),
  );
  return answer.Item as OrderRecord | undefined;
}

/** The execution of an order by its name, the order id. */
export async function findExecution(
  target: Target,
  outputs: StackOutputs,
  orderId: string,
): Promise<string | undefined> {
  const { ListDurableExecutionsByFunctionCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  const answer = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({
      FunctionName: output(outputs, names.workflowFunctionArn),
      DurableExecutionName: orderId,
      MaxItems: 1,
    }),
  );
  return answer.DurableExecutions?.[0]?.DurableExecutionArn;
}

/** The state of an execution; `undefined` when its record is gone. */
export async function readExecution(target: Target, arn: string): Promise<Execution | undefined> {
  const { GetDurableExecutionCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  try {
    const answer = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn }));
    const error = answer.Error?.ErrorMessage ?? answer.Error?.ErrorType;
    const endedAt = answer.EndTimestamp?.toISOString();
    return {
      arn,
      status: answer.Status ?? 'RUNNING',
      ...(error ? { error } : {}),
      ...(endedAt ? { endedAt } : {}),
    };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What an execution was started with, as JSON, and how it stands; `undefined` when its record is gone. */
export async function readExecutionInput(
  target: Target,
  arn: string,
): Promise<{ readonly status: Execution['status']; readonly input: string } | undefined> {
  const { GetDurableExecutionCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  try {
    const request = { DurableExecutionArn: arn, IncludeExecutionData: true };
    const answer = await lambda.send(new GetDurableExecutionCommand(request));
    return { status: answer.Status ?? 'RUNNING', input: answer.InputPayload ?? '' };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
