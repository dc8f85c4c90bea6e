/**
 * `npm run bench -- suspended [count...]` measures the cost of waiting executions: the memory of all processes of the runtime, the
 * duration of a new order compared with an idle runtime, the duration of a restart, and the rate at which all executions end
 * after their waits expire together.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  InvokeCommand,
  type LambdaClient,
  ListDurableExecutionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { sleeperCode } from '../test/support/sleeper.ts';
import { createDurableFunction, createLambdaClient, createRole } from './durable-function.ts';
import { readMemoryMb } from './memory.ts';
import type { Bench } from './project.ts';
import { median } from './start-up.ts';
import { createDriver } from './throughput.ts';

/** Duration of the wait of each execution. */
const waitHours = 200;
/** Concurrent requests that start executions. */
const concurrency = 64;

export async function benchSuspended(bench: Bench, counts: readonly number[]): Promise<void> {
  console.log('cost of waiting executions');
  // A restart invalidates the clients.
  const lambda = () => createLambdaClient(bench);
  await createRole(bench);
  await createDurableFunction(lambda(), 'sleeper', {
    code: sleeperCode,
    timeoutSeconds: 2 * waitHours * 3600,
  });
  const idleSeconds = await measureOrderSeconds(bench);
  let waiting = 0;
  for (const count of counts) {
    await startSleepers(lambda(), count - waiting);
    waiting = count;
    await sleep(70_000);
    const memory = readMemoryMb(bench.status().pid);
    const ratio = (await measureOrderSeconds(bench)) / idleSeconds;
    const restart = bench.restart();
    console.log(
      `  ${count}: ${memory.toFixed(0)} MB PSS, a new order takes ${ratio.toFixed(2)} times as long as without them, restart in ${restart.toFixed(1)} s`,
    );
  }
  const startedAt = performance.now();
  bench.orders('local', 'advance', `${waitHours + 1}h`);
  let maxMemory = 0;
  for (let running = waiting; running > 0; running = await countRunning(lambda())) {
    maxMemory = Math.max(maxMemory, readMemoryMb(bench.status().pid));
    await sleep(500);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(
    `  all due at once: ended in ${seconds.toFixed(0)} s, ${(waiting / seconds).toFixed(0)}/s, at most ${maxMemory.toFixed(0)} MB PSS`,
  );
}

async function startSleepers(lambda: LambdaClient, count: number): Promise<void> {
  let remaining = count;
  const startRemaining = async () => {
    while (remaining > 0) {
      remaining -= 1;
      await lambda.send(
        new InvokeCommand({
          FunctionName: 'sleeper',
          Qualifier: '1',
          InvocationType: 'Event',
          Payload: JSON.stringify({ seconds: waitHours * 3600 }),
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: concurrency }, startRemaining));
}

/** Returns 1 if any execution is still running, otherwise 0. Counting all of them would require a request per thousand. */
async function countRunning(lambda: LambdaClient): Promise<number> {
  const { DurableExecutions = [] } = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({
      FunctionName: 'sleeper',
      Qualifier: '1',
      Statuses: ['RUNNING'],
      MaxItems: 1,
    }),
  );
  return DurableExecutions.length;
}

/** Returns the median duration of an order (seconds), measured after a warm-up. */
async function measureOrderSeconds(bench: Bench): Promise<number> {
  const drive = createDriver(bench);
  await drive(10);
  const times: number[] = [];
  for (let round = 0; round < 15; round += 1) times.push(await drive(1));
  return median(times);
}
