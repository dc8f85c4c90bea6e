import {
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { handlerRequestSource } from '../test/support/handler-request.ts';
import { createDurableFunction, createLambdaClient, createRole } from './durable-function.ts';
import type { Bench } from './project.ts';
import { createDriver } from './throughput.ts';

/** A handler that returns the duration of each of its checkpoints (ms). */
const checkpointer = `${handlerRequestSource}
export const handler = async (event) => {
  let { DurableExecutionArn, CheckpointToken, InitialExecutionState } = event;
  const path = '/2025-12-01/durable-executions/' + encodeURIComponent(DurableExecutionArn) + '/checkpoint';
  const times = [];
  for (let step = 0; step < 300; step += 1) {
    const Updates = ['START', 'SUCCEED'].map((Action) => ({ Id: 's' + step, Type: 'STEP', Action }));
    const startedAt = performance.now();
    const response = await post(path, JSON.stringify({ CheckpointToken, Updates }));
    ({ CheckpointToken } = await response.json());
    times.push(performance.now() - startedAt);
  }
  return { Status: 'SUCCEEDED', Result: JSON.stringify(times.slice(50)) };
};`;

/** A handler that waits, and returns the time at which its next invocation started (epoch ms). */
const waiter = `${handlerRequestSource}
export const handler = async (event) => {
  const startedAt = Date.now();
  const { DurableExecutionArn, CheckpointToken, InitialExecutionState } = event;
  const [execution, wait] = InitialExecutionState.Operations;
  if (wait) return { Status: 'SUCCEEDED', Result: String(startedAt) };
  const path = '/2025-12-01/durable-executions/' + encodeURIComponent(DurableExecutionArn) + '/checkpoint';
  const WaitSeconds = JSON.parse(execution.ExecutionDetails.InputPayload).seconds;
  const Updates = [{ Id: 'wait', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds } }];
  await post(path, JSON.stringify({ CheckpointToken, Updates }));
  return { Status: 'PENDING' };
};`;

/** Lambda refuses synchronous invocations of functions with a longer execution timeout. */
const maxSynchronousTimeoutSeconds = 15 * 60;

/** Prints the latency of checkpoints and of expired timers: without load, and during 100 orders. */
export async function benchLatency(bench: Bench): Promise<void> {
  const lambda = createLambdaClient(bench);
  const timeoutSeconds = maxSynchronousTimeoutSeconds;
  const { timeScale } = bench.status();
  await createRole(bench);
  await createDurableFunction(lambda, 'checkpointer', { code: checkpointer, timeoutSeconds });
  await createDurableFunction(lambda, 'waiter', { code: waiter, timeoutSeconds });
  const drive = createDriver(bench);
  // Warm-up.
  await measureCheckpoints(lambda);
  await drive(100);
  console.log('\nlatency (ms)');
  const loads = [
    ['without load', async () => undefined],
    ['during 100 orders', () => drive(100)],
  ] as const;
  for (const [label, runLoad] of loads) {
    const [checkpoints] = await Promise.all([measureCheckpoints(lambda), runLoad()]);
    const [delays] = await Promise.all([measureTimerDelays(lambda, timeScale), runLoad()]);
    console.log(
      `  ${label}: checkpoint p50 ${formatPercentile(checkpoints, 50)}, p99 ${formatPercentile(checkpoints, 99)}; timer due to handler start p50 ${formatPercentile(delays, 50)}, p99 ${formatPercentile(delays, 99)}`,
    );
  }
}

async function measureCheckpoints(lambda: LambdaClient): Promise<number[]> {
  return JSON.parse((await invoke(lambda, 'checkpointer', {})).text) as number[];
}

/** Returns the delays of 100 timers (ms). They expire one after another within a few seconds of wall-clock time. */
function measureTimerDelays(lambda: LambdaClient, timeScale: number): Promise<number[]> {
  return Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const seconds = 60 + 2 * index;
      const { text, arn } = await invoke(lambda, 'waiter', { seconds });
      return Number(text) - (await readDueTime(lambda, arn, { seconds, timeScale }));
    }),
  );
}

/**
 * Returns the wall-clock time at which the wait of an execution was due (epoch ms). Until the invocation ended, the wait took real
 * time; then time passed `timeScale` times as fast.
 */
async function readDueTime(
  lambda: LambdaClient,
  DurableExecutionArn: string,
  { seconds, timeScale }: { readonly seconds: number; readonly timeScale: number },
): Promise<number> {
  const command = new GetDurableExecutionHistoryCommand({ DurableExecutionArn });
  const { Events = [] } = await lambda.send(command);
  const waiting = Events.find(({ EventType }) => EventType === 'WaitStarted');
  const invocation = Events.find(({ EventType }) => EventType === 'InvocationCompleted');
  const startedAt = Number(waiting?.EventTimestamp);
  const suspendedAt = Number(invocation?.InvocationCompletedDetails?.EndTimestamp);
  return suspendedAt + (seconds * 1000 - (suspendedAt - startedAt)) / timeScale;
}

async function invoke(
  lambda: LambdaClient,
  FunctionName: string,
  input: unknown,
): Promise<{ readonly text: string; readonly arn: string }> {
  const Payload = JSON.stringify(input);
  const response = await lambda.send(new InvokeCommand({ FunctionName, Qualifier: '1', Payload }));
  const text = Buffer.from(response.Payload ?? []).toString();
  if (response.FunctionError) throw new Error(text);
  return { text, arn: response.DurableExecutionArn ?? '' };
}

function formatPercentile(values: readonly number[], percent: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN).toFixed(1);
}
