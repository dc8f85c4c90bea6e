/** Reads the executions of the workflow. */
import type {
  Execution as SdkExecution,
  ExecutionStatus as SdkStatus,
} from '@aws-sdk/client-lambda';
import { outputs as names, type OrderOutcome } from '../../../functions/contract/api.ts';
import { errorName, isNotFound } from '../../aws/errors.ts';
import type { PauseDetailsField } from '../../aws/sdk/lambda.ts';
import type { Stack } from '../../environment/stack.ts';
import { requireOutput } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { executionReadLimiter } from '../requests/rate-limiter.ts';
import { type ExecutionStatus, openStatuses } from './execution-status.ts';

export interface Execution {
  readonly arn: string;
  readonly status: ExecutionStatus;
  readonly error?: string;
  /** RFC 3339 UTC; absent while it is open. */
  readonly endedAt?: string;
  /** Present while the execution is pausing or paused. */
  readonly pause?: PauseRequest;
}

/** The request that paused an execution. */
export interface PauseRequest {
  /** Time of the request (RFC 3339 UTC). */
  readonly requestedAt?: string;
  readonly reason?: string;
}

/** An execution in a list. The execution name is the order id. */
export interface ListedExecution extends Pick<Execution, 'arn' | 'status'> {
  readonly orderId: string;
  /** Epoch ms. */
  readonly startedAt?: number;
  /** Epoch ms; absent while the execution is running or paused. */
  readonly endedAt?: number;
}

export interface ExecutionFilter {
  readonly status?: ExecutionStatus;
  /** Epoch ms. */
  readonly startedAfter?: number;
  /** Lists the executions of this function instead of the workflow's. */
  readonly functionName?: string;
  /** Called before each request. */
  readonly onPage?: () => void;
}

/** Yields executions, oldest first, 1,000 per request. Every request passes the rate limiter. */
export async function* listExecutions(
  stack: Stack,
  { status, startedAfter, functionName, onPage }: ExecutionFilter,
): AsyncGenerator<ListedExecution, void> {
  const { ListDurableExecutionsByFunctionCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await stack.target.clients.lambda();
  const request = {
    FunctionName: functionName ?? requireOutput(stack, names.workflowFunctionArn),
    // Oldest first, so that executions that start meanwhile do not shift the pages.
    ReverseOrder: true,
    MaxItems: 1000,
    ...(status ? { Statuses: [status as SdkStatus] } : {}),
    ...(startedAfter === undefined ? {} : { StartedAfter: new Date(startedAfter) }),
  };
  let Marker: string | undefined;
  do {
    await executionReadLimiter.acquire();
    onPage?.();
    const { DurableExecutions = [], NextMarker } = await lambda.send(
      new ListDurableExecutionsByFunctionCommand({ ...request, ...(Marker ? { Marker } : {}) }),
    );
    yield* DurableExecutions.map(toListedExecution);
    Marker = NextMarker;
  } while (Marker);
}

/**
 * Yields the executions that have not ended: running, pausing and paused. Lambda accepts one status per request. The lists follow
 * the course of a pause, so that an execution that is pausing meanwhile is in one of them.
 */
export async function* listOpenExecutions(
  stack: Stack,
  filter: Omit<ExecutionFilter, 'status'>,
): AsyncGenerator<ListedExecution, void> {
  const listed = new Set<string>();
  for (const status of openStatuses) {
    for await (const execution of listWithStatus(stack, { ...filter, status })) {
      if (listed.has(execution.arn)) continue;
      listed.add(execution.arn);
      yield execution;
    }
  }
}

/** Yields the executions that are pausing or paused. */
export async function* listPausedExecutions(
  stack: Stack,
  filter: Omit<ExecutionFilter, 'status'>,
): AsyncGenerator<ListedExecution, void> {
  yield* listWithStatus(stack, { ...filter, status: 'PAUSING' });
  yield* listWithStatus(stack, { ...filter, status: 'PAUSED' });
}

/** Lists executions. A service that does not know the status yet has none with it. */
async function* listWithStatus(
  stack: Stack,
  filter: ExecutionFilter & { readonly status: ExecutionStatus },
): AsyncGenerator<ListedExecution, void> {
  try {
    yield* listExecutions(stack, filter);
  } catch (error) {
    const isRejected = ['ValidationException', 'InvalidParameterValueException'].includes(
      errorName(error),
    );
    if (filter.status === 'RUNNING' || !isRejected) throw error;
  }
}

function toListedExecution({
  DurableExecutionArn: arn = '',
  DurableExecutionName: orderId = '',
  Status: status = 'RUNNING',
  StartTimestamp: startedAt,
  EndTimestamp: endedAt,
}: SdkExecution): ListedExecution {
  return {
    orderId,
    arn,
    status,
    ...(startedAt ? { startedAt: startedAt.getTime() } : {}),
    ...(endedAt ? { endedAt: endedAt.getTime() } : {}),
  };
}

/** Finds the ARN of an order's execution by its name, the order id. */
export async function findExecution(stack: Stack, orderId: string): Promise<string | undefined> {
  return (await listByName(stack, orderId))?.DurableExecutionArn;
}

/** Finds the status of an order's execution by its name, without the error and the pause. */
export async function findListedExecution(
  stack: Stack,
  orderId: string,
): Promise<Execution | undefined> {
  const found = await listByName(stack, orderId);
  if (!found) return undefined;
  const { arn, status } = toListedExecution(found);
  const endedAt = found.EndTimestamp?.toISOString();
  return { arn, status, ...(endedAt ? { endedAt } : {}) };
}

async function listByName(stack: Stack, orderId: string): Promise<SdkExecution | undefined> {
  const { ListDurableExecutionsByFunctionCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await stack.target.clients.lambda();
  const { DurableExecutions } = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({
      FunctionName: requireOutput(stack, names.workflowFunctionArn),
      DurableExecutionName: orderId,
      MaxItems: 1,
    }),
  );
  return DurableExecutions?.[0];
}

/** Reads the state of an execution; undefined if Lambda no longer retains it. */
export async function readExecution(target: Target, arn: string): Promise<Execution | undefined> {
  const response = await getExecution(target, { DurableExecutionArn: arn });
  if (!response) return undefined;
  const error =
    response.Error?.ErrorMessage ?? response.Error?.ErrorType ?? readRejection(response.Result);
  const endedAt = response.EndTimestamp?.toISOString();
  const pause = toPauseRequest(response);
  return {
    arn,
    status: response.Status ?? 'RUNNING',
    ...(error ? { error } : {}),
    ...(endedAt ? { endedAt } : {}),
    ...(pause ? { pause } : {}),
  };
}

/** Returns why the workflow rejected the order, from the result of its execution; undefined if it did not. */
function readRejection(result: string | undefined): string | undefined {
  try {
    return (JSON.parse(result ?? 'null') as OrderOutcome | null)?.failure?.message;
  } catch {
    return undefined;
  }
}

function toPauseRequest({ PauseDetails }: PauseDetailsField): PauseRequest | undefined {
  if (!PauseDetails) return undefined;
  const { PauseRequestTimestamp, Reason } = PauseDetails;
  return {
    ...(PauseRequestTimestamp ? { requestedAt: PauseRequestTimestamp.toISOString() } : {}),
    ...(Reason ? { reason: Reason } : {}),
  };
}

/** Reads the input (JSON) and the status of an execution; undefined if Lambda no longer retains it. */
export async function readExecutionInput(
  target: Target,
  arn: string,
): Promise<{ readonly status: ExecutionStatus; readonly input: string } | undefined> {
  const response = await getExecution(target, {
    DurableExecutionArn: arn,
    IncludeExecutionData: true,
  });
  if (!response) return undefined;
  return { status: response.Status ?? 'RUNNING', input: response.InputPayload ?? '' };
}

async function getExecution(
  target: Target,
  request: { readonly DurableExecutionArn: string; readonly IncludeExecutionData?: boolean },
) {
  const { GetDurableExecutionCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  try {
    const response = await lambda.send(new GetDurableExecutionCommand(request));
    return response as typeof response & PauseDetailsField;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
