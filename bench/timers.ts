import { GetDurableExecutionHistoryCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { handlerRequestSource } from '../test/support/handler-request.ts';
import { createDurableFunction, runExecutions } from './durable-function.ts';
import type { Bench } from './project.ts';

/** A handler that waits, and returns the time at which its next invocation started (epoch ms). */
const waiter = `${handlerRequestSource}
export const handler = async (event) => {
  const startedAt = Date.now();
  const { DurableExecutionArn, CheckpointToken, InitialExecutionState } = event;
  const [execution, wait] = InitialExecutionState.Operations;
  if (wait) return { Status: 'SUCCEEDED', Result: String(startedAt) };
  const path = '/2025-12-01/durable-executions/' + encodeURIComponent(DurableExecutionArn) + '/checkpoint';
  const { seconds: WaitSeconds, workMs = 0 } = JSON.parse(execution.ExecutionDetails.InputPayload);
  const Updates = [{ Id: 'wait', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds } }];
  await post(path, JSON.stringify({ CheckpointToken, Updates }));
  if (workMs > 0) await new Promise((resolve) => setTimeout(resolve, workMs));
  return { Status: 'PENDING' };
};`;

/** How time passes for the waits of a checkout. */
interface Clock {
  readonly timeScale: number;
  /** True if a wait takes real time until the invocation that started it has ended. In old versions, it was always scaled. */
  readonly isRealDuringInvocation: boolean;
}

/** Times of an execution with one wait (epoch ms). */
interface WaitTimes {
  readonly startedAt: number;
  /** End of the invocation that started the wait. */
  readonly suspendedAt: number;
  readonly endedAt: number;
}

const clocks = new Map<string, Clock>();

/**
 * Measures the times from due timers to the starts of their handlers (ms), for timers that are due sequentially. Returns a
 * function, which can be called until the runtime restarts.
 */
export async function createTimerMeasurement(
  bench: Bench,
  lambda: LambdaClient,
): Promise<(count: number) => Promise<number[]>> {
  await createDurableFunction(bench, 'waiter', waiter);
  const clock = clocks.get(bench.folder) ?? (await findClock(bench, lambda));
  clocks.set(bench.folder, clock);
  return async (count) => {
    const inputs = Array.from({ length: count }, (_, index) => ({ seconds: 60 + 2 * index }));
    const executions = await runExecutions(lambda, 'waiter', inputs);
    return Promise.all(
      executions.map(async ({ arn, result }, index) => {
        const times = await readWaitTimes(lambda, arn);
        return Number(result) - findDueTime(times, clock, inputs[index]?.seconds ?? 0);
      }),
    );
  };
}

/** Finds out whether the wait of an invocation that continues to work ends later. */
async function findClock(bench: Bench, lambda: LambdaClient): Promise<Clock> {
  const { timeScale } = bench.status();
  const workMs = 2000;
  const seconds = (workMs * timeScale) / 1000;
  const [execution] = await runExecutions(lambda, 'waiter', [{ seconds, workMs }]);
  const { startedAt, endedAt } = await readWaitTimes(lambda, execution?.arn);
  return { timeScale, isRealDuringInvocation: endedAt - startedAt > 1.5 * workMs };
}

/** Returns the wall-clock time at which the wait of an execution was due (epoch ms). */
function findDueTime(
  { startedAt, suspendedAt }: WaitTimes,
  { timeScale, isRealDuringInvocation }: Clock,
  seconds: number,
): number {
  const scaledFrom = isRealDuringInvocation ? suspendedAt : startedAt;
  return scaledFrom + (seconds * 1000 - (scaledFrom - startedAt)) / timeScale;
}

async function readWaitTimes(lambda: LambdaClient, arn: string | undefined): Promise<WaitTimes> {
  const command = new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn });
  const { Events = [] } = await lambda.send(command);
  const find = (type: string) => Events.find(({ EventType }) => EventType === type);
  return {
    startedAt: Number(find('WaitStarted')?.EventTimestamp),
    suspendedAt: Number(find('InvocationCompleted')?.InvocationCompletedDetails?.EndTimestamp),
    endedAt: Number(find('WaitSucceeded')?.EventTimestamp),
  };
}
