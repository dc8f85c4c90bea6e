/** Pauses and resumes executions. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  errorName,
  isConflict,
  isDenied,
  isNotFound,
  isTransient,
  needsSignIn,
} from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import type { Target } from '../../environment/target.ts';
import { type ExecutionStatus, isTerminalExecution } from '../lookup/execution-status.ts';
import { listOpenExecutions, readExecution } from '../lookup/executions.ts';
import { executionReadLimiter, RateLimiter } from '../requests/rate-limiter.ts';
import { retryRequest } from '../requests/retry.ts';

interface ExecutionRequest {
  readonly arn: string;
  readonly reason?: string | undefined;
  /** Identifies the request: repeated with the same token, it takes effect once. */
  readonly clientToken: string;
}

/** Requests that no further invocation of an execution starts. It takes effect after the response. */
async function pauseExecution(
  target: Target,
  { keepTimeout, ...request }: ExecutionRequest & { readonly keepTimeout: boolean },
): Promise<void> {
  const { PauseDurableExecutionCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  await lambda.send(
    new PauseDurableExecutionCommand({
      ...toCommandInput(request),
      ExecutionTimeoutPaused: !keepTimeout,
    }),
  );
}

/** Requests that a paused execution continues. It takes effect after the response. */
export async function resumeExecution(target: Target, request: ExecutionRequest): Promise<void> {
  const { ResumeDurableExecutionCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  await lambda.send(new ResumeDurableExecutionCommand(toCommandInput(request)));
}

const toCommandInput = ({ arn, reason, clientToken }: ExecutionRequest) => ({
  DurableExecutionArn: arn,
  ClientToken: clientToken,
  ...(reason === undefined ? {} : { Reason: reason }),
});

export type PauseAction = 'pause' | 'resume';

/** An order whose execution is paused or resumed. */
export interface SelectedOrder {
  readonly orderId: string;
  readonly arn: string;
}

/**
 * `paused`, `resumed`: the request has taken effect. `pausing`, `resuming`: it had not taken effect when the command ended.
 * `unchanged`: the execution had the requested state before. `ended`: the execution had ended, or no longer exists. `refused`: the
 * request failed. `skipped`: no request was sent, because the command was interrupted.
 */
export type PauseOutcome =
  | 'paused'
  | 'resumed'
  | 'pausing'
  | 'resuming'
  | 'unchanged'
  | 'ended'
  | 'refused'
  | 'skipped';

/** The result for an order. */
export interface PauseResult extends SelectedOrder {
  readonly result: PauseOutcome;
  /** The status of the execution; absent if it is unknown or the execution no longer exists. */
  readonly status?: ExecutionStatus;
  /** Why the request failed. */
  readonly message?: string;
}

export interface PauseOptions {
  readonly action: PauseAction;
  readonly reason?: string | undefined;
  /** The execution timeout continues during the pause. */
  readonly keepTimeout: boolean;
  /** Maximum number of requests per second. */
  readonly rate: number;
  readonly signal: AbortSignal;
}

/** Up to this number of orders, each execution is read; for more, the open executions are listed. */
const maxSingleReads = 10;
/** A throttled request is repeated this often, in addition to the client's own attempts. */
const maxAttempts = 6;

/**
 * Sends the request for each order, then polls until every execution has the new status, has ended, or `signal` aborts. Yields the
 * result of an order as soon as it is known.
 */
export async function* changePause(
  stack: Stack,
  orders: readonly SelectedOrder[],
  options: PauseOptions,
): AsyncGenerator<PauseResult, void> {
  const { rate, signal } = options;
  const limiter = new RateLimiter(rate);
  const requested: SelectedOrder[] = [];
  for (const order of orders) {
    if (!signal.aborted) await limiter.acquire();
    const result = signal.aborted
      ? { ...order, result: 'skipped' as const }
      : await sendRequest(stack.target, order, options);
    if (result) yield result;
    else requested.push(order);
  }
  yield* waitUntilSettled(stack, requested, options);
}

async function* waitUntilSettled(
  stack: Stack,
  requested: readonly SelectedOrder[],
  { action, signal }: PauseOptions,
): AsyncGenerator<PauseResult, void> {
  const open = new Map(requested.map((order) => [order.arn, order]));
  const statuses = new Map<string, ExecutionStatus | undefined>();
  while (open.size > 0 && !signal.aborted) {
    for (const [arn, status] of await readStatuses(stack, [...open.values()])) {
      const order = open.get(arn);
      statuses.set(arn, status);
      const result = order && settledResult(action, order, status);
      if (!result) continue;
      open.delete(arn);
      // A resumed execution may have ended before its status was read.
      yield action === 'resume' ? { ...result, result: 'resumed' } : result;
    }
    if (open.size > 0) await sleep(stack.target.pollMs, undefined, { signal }).catch(() => {});
  }
  for (const order of open.values()) {
    const status = statuses.get(order.arn);
    const result = action === 'pause' ? 'pausing' : 'resuming';
    yield { ...order, result, ...(status === undefined ? {} : { status }) };
  }
}

/** Sends a request. Returns a result if nothing is left to wait for. */
async function sendRequest(
  target: Target,
  order: SelectedOrder,
  { action, reason, keepTimeout, signal }: PauseOptions,
): Promise<PauseResult | undefined> {
  const request = { arn: order.arn, reason, clientToken: randomUUID() };
  const send = () =>
    action === 'pause'
      ? pauseExecution(target, { ...request, keepTimeout })
      : resumeExecution(target, request);
  try {
    await retryRequest(send, {
      maxAttempts,
      shouldRetry: (error) => isTransient(error) && !signal.aborted,
      delayMs: (attempt) => 250 * 2 ** attempt,
      signal,
    });
    return undefined;
  } catch (error) {
    if (isNotFound(error)) return { ...order, result: 'ended' };
    if (isDenied(error) || needsSignIn(error)) throw error;
    if (!isConflict(error)) return { ...order, result: 'refused', message: errorText(error) };
  }
  // The state does not allow the request: the execution has the requested state, or is about to have it, or has ended.
  await executionReadLimiter.acquire();
  const settled = settledResult(action, order, (await readExecution(target, order.arn))?.status);
  return settled?.result === 'ended' || !settled ? settled : { ...settled, result: 'unchanged' };
}

const errorText = (error: unknown) =>
  (error instanceof Error && error.message) || errorName(error) || String(error);

/** Reads the statuses of executions by ARN; undefined for an execution that no longer exists. */
async function readStatuses(
  stack: Stack,
  orders: readonly SelectedOrder[],
): Promise<Map<string, ExecutionStatus | undefined>> {
  const statuses = new Map<string, ExecutionStatus | undefined>();
  if (orders.length > maxSingleReads) {
    for await (const { arn, status } of listOpenExecutions(stack, {})) statuses.set(arn, status);
  }
  // An execution that is in no list has ended, or has moved from one list to another meanwhile.
  const unlisted = orders.filter(({ arn }) => !statuses.has(arn)).slice(0, maxSingleReads);
  for (const { arn } of unlisted) {
    await executionReadLimiter.acquire();
    statuses.set(arn, (await readExecution(stack.target, arn))?.status);
  }
  const known = new Set(orders.map(({ arn }) => arn));
  return new Map([...statuses].filter(([arn]) => known.has(arn)));
}

/** Returns the result for a status; undefined if the request has not taken effect yet. */
function settledResult(
  action: PauseAction,
  order: SelectedOrder,
  status: ExecutionStatus | undefined,
): PauseResult | undefined {
  if (status === undefined) return { ...order, result: 'ended' };
  if (isTerminalExecution(status)) return { ...order, result: 'ended', status };
  if (action === 'pause') {
    return status === 'PAUSED' ? { ...order, result: 'paused', status } : undefined;
  }
  return status === 'RUNNING' ? { ...order, result: 'resumed', status } : undefined;
}
