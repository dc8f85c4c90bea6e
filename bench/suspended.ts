/**
 * `npm run bench -- suspended [count...]`: what executions cost the local runtime while they wait. Memory of all its processes, the
 * time of a new order beside that with none waiting, a restart, and how fast they all end when they become due at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  InvokeCommand,
  type LambdaClient,
  ListDurableExecutionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { sleeper } from '../test/support/sleeper.ts';
import { lambdaOf, makeDurable } from './durable-function.ts';
import { memoryOf } from './memory.ts';
import type { Bench } from './project.ts';
import { median } from './start-up.ts';
import { driver } from './throughput.ts';

const hours = 200;
const lanes = 64;

export async function suspended(bench: Bench, counts: readonly number[]): Promise<void> {
  console.log('executions that wait, and what they cost');
  // A restart takes the runtime's clients along.
  const lambda = () => lambdaOf(bench);
  await makeDurable(lambda(), 'sleeper', { code: sleeper, hours: 2 * hours });
  const alone = await timeOfAnOrder(bench);
  let asleep = 0;
  for (const count of counts) {
    await fallAsleep(lambda(), count - asleep);
    asleep = count;
    await sleep(70_000);
    const memory = memoryOf(bench.status().pid);
    const ratio = (await timeOfAnOrder(bench)) / alone;
    const restart = bench.restart();
    console.log(
      `  ${count}: ${memory.toFixed(0)} MB PSS, a new order ${ratio.toFixed(2)} times as slow as with none, restart in ${restart.toFixed(1)} s`,
    );
  }
  const began = performance.now();
  bench.orders('local', 'advance', `${hours + 1}h`);
  let most = 0;
  for (let left = asleep; left > 0; left = await running(lambda())) {
    most = Math.max(most, memoryOf(bench.status().pid));
    await sleep(500);
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `  all due at once: ended in ${seconds.toFixed(0)} s, ${(asleep / seconds).toFixed(0)} a second, at most ${most.toFixed(0)} MB PSS`,
  );
}

async function fallAsleep(lambda: LambdaClient, count: number): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await lambda.send(
        new InvokeCommand({
          FunctionName: 'sleeper',
          Qualifier: '1',
          InvocationType: 'Event',
          Payload: JSON.stringify({ seconds: hours * 3600 }),
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Whether any still run; counting them all would take a page for each thousand. */
async function running(lambda: LambdaClient): Promise<number> {
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

/** Seconds from submitting one order to its end; the median of some, after some for warmth. */
async function timeOfAnOrder(bench: Bench): Promise<number> {
  const drive = driver(bench);
  await drive(10);
  const times: number[] = [];
  for (let round = 0; round < 15; round += 1) times.push(await drive(1));
  return median(times);
}
