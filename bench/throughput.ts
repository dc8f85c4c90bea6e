import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { canonicalEvent } from '../functions/contract/order.ts';
import { samples } from '../functions/contract/samples.ts';
import { repository } from '../test/support/project-files.ts';
import { startFloor } from './floor.ts';
import { latency } from './latency.ts';
import { memoryOf, pssOf } from './memory.ts';
import type { Bench } from './project.ts';
import { median } from './start-up.ts';

const counts = [1, 50, 200, 1000];
/** Of the largest count one. */
const rounds = 3;

/** Orders at once on the runtime, and on the floor in turn with it; medians, after a warm-up of both. */
export async function throughput(bench: Bench): Promise<void> {
  const { pid } = bench.status();
  const floor = startFloor({
    directory: bench.root,
    bundle: join(repository, 'dist/functions/order-workflow'),
    bootstrap: join(repository, 'dist/bootstrap.js'),
    event: lowValueOrder('floor'),
  });
  const drive = driver(bench);
  await floor.run(200);
  await drive(200);
  console.log('\norders a second, waits near zero, driver included');
  for (const count of counts) {
    const runtime: number[] = [];
    const least: number[] = [];
    for (let round = 0; round < (count > 200 ? 1 : rounds); round += 1) {
      least.push(count / (await floor.run(count)));
      runtime.push(count / (await drive(count)));
    }
    const [ours, floors] = [median(runtime), median(least)];
    console.log(
      `  ${String(count).padStart(4)} at once  ${ours.toFixed(1)}/s, ${(ours / floors).toFixed(2)} of the floor's ${floors.toFixed(1)}/s`,
    );
  }
  floor.close();
  const runner = execFileSync(process.execPath, [join(repository, 'bench/test-runner.ts')]);
  console.log(`  under LocalDurableTestRunner, one after another: ${String(runner).trim()}/s`);
  console.log(
    `  memory, highest sum of PSS: ${drive.memory().toFixed(0)} MB (runtime ${pssOf(pid).toFixed(0)} MB)`,
  );
  await latency(bench, () => drive(100));
}

function lowValueOrder(orderId: string): string {
  const order = samples['low'];
  if (!order) throw new Error('there is no sample low');
  return canonicalEvent({ orderId, order });
}

/** Submits orders at once and looks until all are completed; answers the seconds it took. */
export function driver({ status, outputs }: Bench) {
  const { url, pid } = status();
  const config = {
    endpoint: url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  };
  const lambda = new LambdaClient(config);
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const series = randomUUID().slice(0, 8);
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

  async function statuses(orderIds: readonly string[]): Promise<Record<string, unknown>[]> {
    const table = outputs['OrdersTableName'] ?? '';
    const wanted = {
      Keys: orderIds.map((orderId) => ({ orderId })),
      ProjectionExpression: 'orderId, #s',
      ExpressionAttributeNames: { '#s': 'status' },
    };
    const { Responses } = await tables.send(
      new BatchGetCommand({ RequestItems: { [table]: wanted } }),
    );
    return Responses?.[table] ?? [];
  }

  async function drive(count: number): Promise<number> {
    const first = submitted;
    submitted += count;
    const open = new Set(
      Array.from({ length: count }, (_, index) => `bench-${series}-${first + index}`),
    );
    const started = performance.now();
    await Promise.all([...open].map(submit));
    while (open.size > 0) {
      for (const { orderId, status } of await statuses([...open].slice(0, 100))) {
        if (status === 'failed') throw new Error(`${String(orderId)} failed`);
        if (status === 'completed') open.delete(String(orderId));
      }
      if (performance.now() - started > 120_000) throw new Error(`${open.size} orders hang`);
      await sleep(count === 1 ? 10 : 50);
    }
    const seconds = (performance.now() - started) / 1000;
    memory = Math.max(memory, memoryOf(pid) + pssOf(process.pid));
    return seconds;
  }
  return Object.assign(drive, { memory: () => memory });
}
