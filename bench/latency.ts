import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
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

/** A handler that waits and returns the delay between the end of its wait and its next invocation (ms). */
const waiter = `${handlerRequestSource}
export const handler = async (event) => {
  const startedAt = Date.now();
  const { DurableExecutionArn, CheckpointToken, InitialExecutionState } = event;
  const [execution, , due] = InitialExecutionState.Operations;
  if (due) return { Status: 'SUCCEEDED', Result: String(startedAt - Number(due.StepDetails.Result) * 1000) };
  const path = '/2025-12-01/durable-executions/' + encodeURIComponent(DurableExecutionArn) + '/checkpoint';
  const checkpoint = async (CheckpointToken, Updates) =>
    (await post(path, JSON.stringify({ CheckpointToken, Updates }))).json();
  const WaitSeconds = JSON.parse(execution.ExecutionDetails.InputPayload).seconds;
  const started = await checkpoint(CheckpointToken, [{ Id: 'wait', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds } }]);
  const [wait] = started.NewExecutionState.Operations;
  await checkpoint(started.CheckpointToken, ['START', 'SUCCEED'].map((Action) => ({
    Id: 'due', Type: 'STEP', Action, ...(Action === 'SUCCEED' && { Payload: String(wait.WaitDetails.ScheduledEndTimestamp) }) })));
  return { Status: 'PENDING' };
};`;

/** Lambda refuses synchronous invocations of functions with a longer execution timeout. */
const maxSynchronousTimeoutSeconds = 15 * 60;

/** Prints the latency of checkpoints and of expired timers: without load, and during 100 orders. */
export async function benchLatency(bench: Bench): Promise<void> {
  const lambda = createLambdaClient(bench);
  const timeoutSeconds = maxSynchronousTimeoutSeconds;
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
    const [delays] = await Promise.all([measureTimerDelays(lambda), runLoad()]);
    console.log(
      `  ${label}: checkpoint p50 ${formatPercentile(checkpoints, 50)}, p99 ${formatPercentile(checkpoints, 99)}; timer due to handler start p50 ${formatPercentile(delays, 50)}, p99 ${formatPercentile(delays, 99)}`,
    );
  }
}

async function measureCheckpoints(lambda: LambdaClient): Promise<number[]> {
  return JSON.parse(await invoke(lambda, 'checkpointer', {})) as number[];
}

/** Returns the delays of 100 timers. They expire one after another within a few seconds of wall-clock time. */
function measureTimerDelays(lambda: LambdaClient): Promise<number[]> {
  return Promise.all(
    Array.from({ length: 100 }, async (_, index) =>
      Number(await invoke(lambda, 'waiter', { seconds: 60 + 2 * index })),
    ),
  );
}

async function invoke(lambda: LambdaClient, FunctionName: string, input: unknown): Promise<string> {
  const Payload = JSON.stringify(input);
  const response = await lambda.send(new InvokeCommand({ FunctionName, Qualifier: '1', Payload }));
  const text = Buffer.from(response.Payload ?? []).toString();
  if (response.FunctionError) throw new Error(text);
  return text;
}

function formatPercentile(values: readonly number[], percent: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN).toFixed(1);
}
