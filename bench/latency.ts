import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { lambdaOf, makeDurable } from './durable-function.ts';
import type { Bench } from './project.ts';

/** Answers how long each of its checkpoints took, ms. */
const checkpointer = `
export const handler = async (event) => {
  let { DurableExecutionArn, CheckpointToken, InitialExecutionState } = event;
  const { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: key } = process.env;
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + key + '/20261125/us-east-2/lambda/aws4_request';
  const path = '/2025-12-01/durable-executions/' + encodeURIComponent(DurableExecutionArn) + '/checkpoint';
  const times = [];
  for (let step = 0; step < 300; step += 1) {
    const Updates = ['START', 'SUCCEED'].map((Action) => ({ Id: 's' + step, Type: 'STEP', Action }));
    const began = performance.now();
    const answer = await fetch(url + path, { method: 'POST', headers: { authorization }, body: JSON.stringify({ CheckpointToken, Updates }) });
    ({ CheckpointToken } = await answer.json());
    times.push(performance.now() - began);
  }
  return { Status: 'SUCCEEDED', Result: JSON.stringify(times.slice(50)) };
};`;

/** Waits, and answers how long after its wait was over it began to run, ms. */
const riser = `
export const handler = async (event) => {
  const began = Date.now();
  const { DurableExecutionArn, CheckpointToken, InitialExecutionState } = event;
  const [execution, , due] = InitialExecutionState.Operations;
  if (due) return { Status: 'SUCCEEDED', Result: String(began - Number(due.StepDetails.Result) * 1000) };
  const { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: key } = process.env;
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + key + '/20261125/us-east-2/lambda/aws4_request';
  const path = '/2025-12-01/durable-executions/' + encodeURIComponent(DurableExecutionArn) + '/checkpoint';
  const checkpoint = async (CheckpointToken, Updates) =>
    (await fetch(url + path, { method: 'POST', headers: { authorization }, body: JSON.stringify({ CheckpointToken, Updates }) })).json();
  const WaitSeconds = JSON.parse(execution.ExecutionDetails.InputPayload).seconds;
  const started = await checkpoint(CheckpointToken, [{ Id: 'wait', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds } }]);
  const [wait] = started.NewExecutionState.Operations;
  await checkpoint(started.CheckpointToken, ['START', 'SUCCEED'].map((Action) => ({
    Id: 'due', Type: 'STEP', Action, ...(Action === 'SUCCEED' && { Payload: String(wait.WaitDetails.ScheduledEndTimestamp) }) })));
  return { Status: 'PENDING' };
};`;

/** How long a checkpoint takes, and how late a handler starts whose timer is due: alone, and beside orders. */
export async function latency(bench: Bench, busy: () => Promise<unknown>): Promise<void> {
  const lambda = lambdaOf(bench);
  await makeDurable(lambda, 'checkpointer', { code: checkpointer, hours: 1 });
  await makeDurable(lambda, 'riser', { code: riser, hours: 1 });

  const checkpoints = async () => JSON.parse(await run(lambda, 'checkpointer', {})) as number[];
  const risers = () =>
    Promise.all(
      Array.from({ length: 100 }, async (_, number) =>
        // One after another over some seconds of wall time.
        Number(await run(lambda, 'riser', { seconds: 60 + 2 * number })),
      ),
    );
  await checkpoints();
  console.log('\nlatency, ms');
  for (const [when, beside] of [
    ['alone', async () => undefined],
    ['beside 100 orders', busy],
  ] as const) {
    const [taken] = await Promise.all([checkpoints(), beside()]);
    const [late] = await Promise.all([risers(), beside()]);
    console.log(
      `  ${when}: a checkpoint p50 ${at(taken, 50)}, p99 ${at(taken, 99)}; from timer due to handler started p50 ${at(late, 50)}, p99 ${at(late, 99)}`,
    );
  }
}

async function run(lambda: LambdaClient, FunctionName: string, input: unknown): Promise<string> {
  const Payload = JSON.stringify(input);
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Qualifier: '1', Payload }));
  const text = Buffer.from(answer.Payload ?? []).toString();
  if (answer.FunctionError) throw new Error(text);
  return text;
}

function at(values: readonly number[], percent: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN).toFixed(1);
}
