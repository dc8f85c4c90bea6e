import { outputs as names } from '../../../functions/contract/api.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { executionReads } from '../requests/rate-limiter.ts';
import type { Execution } from './read-order.ts';

/** An execution as a list has it; its name is the order id. */
export interface ListedExecution extends Pick<Execution, 'arn' | 'status'> {
  readonly orderId: string;
  /** Epoch ms. */
  readonly startedAt?: number;
  /** Epoch ms; absent while it runs. */
  readonly endedAt?: number;
}

export interface ExecutionFilter {
  readonly status?: Execution['status'];
  /** Epoch ms. */
  readonly startedAfter?: number;
  /** Another function's than the workflow's. */
  readonly functionName?: string;
  /** Called before each request. */
  readonly onPage?: () => void;
}

/** Yields the workflow's executions, the oldest first, a thousand a call; each call waits for its turn. */
export async function* listExecutions(
  target: Target,
  outputs: StackOutputs,
  { status, startedAfter, functionName, onPage }: ExecutionFilter,
): AsyncGenerator<ListedExecution, void> {
  const { ListDurableExecutionsByFunctionCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  let Marker: string | undefined;
  do {
    await executionReads.turn();
    onPage?.();
    const answer = await lambda.send(
      new ListDurableExecutionsByFunctionCommand({
        FunctionName: functionName ?? output(outputs, names.workflowFunctionArn),
        // Oldest first: what starts meanwhile does not shift the pages.
        ReverseOrder: true,
        MaxItems: 1000,
        ...(status ? { Statuses: [status] } : {}),
        ...(startedAfter === undefined ? {} : { StartedAfter: new Date(startedAfter) }),
        ...(Marker ? { Marker } : {}),
      }),
    );
    for (const each of answer.DurableExecutions ?? []) {
      const { DurableExecutionArn: arn = '', DurableExecutionName: orderId = '' } = each;
      const startedAt = each.StartTimestamp?.getTime();
      const endedAt = each.EndTimestamp?.getTime();
      yield {
        orderId,
        arn,
        status: each.Status ?? 'RUNNING',
        ...(startedAt === undefined ? {} : { startedAt }),
        ...(endedAt === undefined ? {} : { endedAt }),
      };
    }
    Marker = answer.NextMarker;
  } while (Marker);
}
