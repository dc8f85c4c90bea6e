import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { canonicalEvent } from '../functions/contract/order.ts';
import { samples } from '../functions/contract/samples.ts';
import { projectCredentials } from '../test/support/credentials.ts';
import { repository } from '../test/support/project-files.ts';
import { startFloor } from './floor.ts';
import { readMemoryMb, readPssMb } from './memory.ts';
import type { Bench } from './project.ts';
import { median } from './start-up.ts';

const counts = [1, 50, 200, 1000];
/** Measurements of each count; a count above 200 is measured once. */
const rounds = 3;

/** Prints the throughput for several numbers of concurrent orders, as the median of alternating runs on runtime and floor. */
export async function benchThroughput(bench: Bench): Promise<void> {
  const { pid } = bench.status();
  const floor = startFloor({
    directory: bench.root,
    bundle: join(repository, 'dist/functions/order-workflow'),
    bootstrap: join(repository, 'dist/bootstrap.js'),
    event: lowValueOrder('floor'),
  });
  const drive = createDriver(bench);
  await floor.run(200);
  await drive(200);
  console.log('\norders per second, waits near zero, driver included');
  for (const count of counts) {
    const runtimeRates: number[] = [];
    const floorRates: number[] = [];
    for (let round = 0; round < (count > 200 ? 1 : rounds); round += 1) {
      floorRates.push(count / (await floor.run(count)));
      runtimeRates.push(count / (await drive(count)));
    }
    const [runtimeRate, floorRate] = [median(runtimeRates), median(floorRates)];
    console.log(
      `  ${String(count).padStart(4)} at once  ${runtimeRate.toFixed(1)}/s, ${(runtimeRate / floorRate).toFixed(2)} of the floor's ${floorRate.toFixed(1)}/s`,
    );
  }
  floor.close();
  const runner = execFileSync(process.execPath, [join(repository, 'bench/test-runner.ts')]);
  console.log(`  under LocalDurableTestRunner, one after another: ${String(runner).trim()}/s`);
  console.log(
    `  memory, maximum PSS in total: ${drive.memory().toFixed(0)} MB (runtime ${readPssMb(pid).toFixed(0)} MB)`,
  );
}

function lowValueOrder(orderId: string): string {
  const order = samples['low'];
  if (!order) throw new Error('there is no sample low');
  return canonicalEvent({ orderId, order });
}

/** An order in the orders table. */
type OrderItem = Record<string, unknown>;

/** A run that takes longer has lost orders. */
const maxRunMs = 120_000;

/** Returns a function that submits orders, waits until all are completed, and returns the elapsed time (seconds). */
export function createDriver({ root, status, outputs }: Bench) {
  const { url, pid } = status();
  const config = {
    endpoint: url,
    region: 'us-east-2',
    credentials: projectCredentials(root),
  };
  const lambda = new LambdaClient(config);
  const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const idPrefix = `bench-${randomUUID().slice(0, 8)}`;
  let submitted = 0;
  let memory = 0;

  const submit = (orderId: string) =>
    lambda.send(
      new InvokeCommand({
        FunctionName: outputs['OrderProcessingAliasArn'],
        InvocationType: 'Event',
        DurableExecutionName: orderId,
        Payload: lowValueOrder(orderId),
      }),
    );

  /** Reads up to 100 orders. */
  async function readOrders(orderIds: readonly string[]): Promise<OrderItem[]> {
    const table = outputs['OrdersTableName'] ?? '';
    const request = {
      Keys: orderIds.map((orderId) => ({ orderId })),
      ProjectionExpression: 'orderId, #s',
      ExpressionAttributeNames: { '#s': 'status' },
    };
    const { Responses } = await dynamodb.send(
      new BatchGetCommand({ RequestItems: { [table]: request } }),
    );
    return Responses?.[table] ?? [];
  }

  async function drive(count: number): Promise<number> {
    const running = new Set(
      Array.from({ length: count }, (_, index) => `${idPrefix}-${submitted + index}`),
    );
    submitted += count;
    const startedAt = performance.now();
    await Promise.all([...running].map(submit));
    while (running.size > 0) {
      removeCompleted(running, await readOrders([...running].slice(0, 100)));
      if (performance.now() - startedAt > maxRunMs) throw new Error(`${running.size} orders hang`);
      await sleep(count === 1 ? 10 : 50);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    memory = Math.max(memory, readMemoryMb(pid) + readPssMb(process.pid));
    return seconds;
  }
  return Object.assign(drive, { memory: () => memory });
}

function removeCompleted(running: Set<string>, orders: readonly OrderItem[]): void {
  for (const { orderId, status } of orders) {
    if (status === 'failed') throw new Error(`${String(orderId)} failed`);
    if (status === 'completed') running.delete(String(orderId));
  }
}
