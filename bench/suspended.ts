/**
 * `npm run bench -- suspended [count...]` measures the cost of waiting executions: the memory of all processes of the runtime, the
 * duration of a new order compared with an idle runtime, the duration of a restart, and the rate at which all executions end
 * after their waits expire together.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { sleeperCode } from '../test/support/sleeper.ts';
import { createDriver } from './driver.ts';
import {
  createDurableFunction,
  createLambdaClient,
  hasRunning,
  startExecution,
} from './durable-function.ts';
import { listChildren, readMemoryMb } from './memory.ts';
import type { Sizes } from './options.ts';
import type { Bench } from './project.ts';
import { median } from './statistics.ts';

/** Duration of the wait of each execution. */
const waitHours = 200;
/** Longest time until the runtime has started all executions and ended the idle processes of functions (ms). */
const maxIdleMs = 300_000;
/** Concurrent requests that start executions. */
const concurrency = 64;

export async function benchSuspended(
  bench: Bench,
  { suspended, isShort }: Pick<Sizes, 'suspended'> & { readonly isShort: boolean },
): Promise<void> {
  // A restart invalidates the clients.
  const lambda = () => createLambdaClient(bench);
  await createDurableFunction(bench, 'sleeper', sleeperCode);
  const idleSeconds = await measureOrderSeconds(bench);
  let waiting = 0;
  for (const count of suspended) {
    await startSleepers(lambda(), count - waiting);
    waiting = count;
    if (!isShort) await waitUntilIdle(bench.status().pid);
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
  const client = lambda();
  const { pid } = bench.status();
  do {
    maxMemory = Math.max(maxMemory, readMemoryMb(pid));
    await sleep(500);
  } while (await hasRunning(client, 'sleeper'));
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
      await startExecution(lambda, 'sleeper', { seconds: waitHours * 3600 });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, startRemaining));
}

async function waitUntilIdle(pid: number): Promise<void> {
  const giveUpAt = performance.now() + maxIdleMs;
  while (listChildren(pid).length > 0) {
    if (performance.now() > giveUpAt) throw new Error('The processes of functions do not end');
    await sleep(1000);
  }
}

/** Returns the median duration of an order (seconds), measured after a warm-up. */
async function measureOrderSeconds(bench: Bench): Promise<number> {
  const drive = createDriver(bench);
  await drive(10);
  const times: number[] = [];
  for (let round = 0; round < 15; round += 1) times.push((await drive(1)).seconds);
  return median(times);
}
