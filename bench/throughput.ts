import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { canonicalEvent } from '../functions/contract/order.ts';
import { samples } from '../functions/contract/samples.ts';
import { startFloor } from './floor.ts';
import { median } from './start-up.ts';

interface Subject {
  readonly repository: string;
  readonly project: string;
  readonly url: string;
  /** The runtime's. */
  readonly pid: number;
  readonly outputs: Readonly<Record<string, string>>;
}

const counts = [1, 50, 200];
const rounds = 3;

/** Orders at once on the runtime, and on the floor in turn with it; medians, after a warm-up of both. */
export async function throughput(subject: Subject): Promise<void> {
  const { repository, project, pid } = subject;
  const floor = startFloor({
    directory: project,
    bundle: join(repository, 'dist/functions/order-workflow'),
    bootstrap: join(repository, 'dist/bootstrap.js'),
    event: lowValueOrder('floor'),
  });
  const drive = driver(subject);
  await floor.run(200);
  await drive(200);
  console.log('\norders a second, waits near zero, driver included');
  for (const count of counts) {
    const runtime: number[] = [];
    const least: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      least.push(count / (await floor.run(count)));
      runtime.push(count / (await drive(count)));
    }
    const [ours, floors] = [median(runtime), median(least)];
    console.log(
      `  ${String(count).padStart(3)} at once  ${ours.toFixed(1)}/s, ${(ours / floors).toFixed(2)} of the floor's ${floors.toFixed(1)}/s`,
    );
  }
  floor.close();
  console.log(
    `  memory, highest sum of PSS: ${drive.memory().toFixed(0)} MB (runtime ${pssOf(pid).toFixed(0)} MB)`,
  );
}

function lowValueOrder(orderId: string): string {
  const order = samples['low'];
  if (!order) throw new Error('there is no sample low');
  return canonicalEvent({ orderId, order });
}

/** Submits orders at once and looks until all are completed; answers the seconds it took. */
function driver({ url, pid, outputs }: Subject) {
  const config = {
    endpoint: url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  };
  const lambda = new LambdaClient(config);
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(config));
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
    const open = new Set(Array.from({ length: count }, (_, index) => `bench-${first + index}`));
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
    memory = Math.max(memory, pssOfTree(pid) + pssOf(process.pid));
    return seconds;
  }
  return Object.assign(drive, { memory: () => memory });
}

/** MB of a process and its children, shared pages counted once; 0 where /proc does not tell. */
function pssOfTree(pid: number): number {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) =>
    readFileSync(file, 'utf8').split(' ').filter(Boolean),
  );
  return [String(pid), ...children].reduce((sum, each) => sum + pssOf(each), 0);
}

function pssOf(pid: number | string): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
  } catch {
    // It has ended since, or this is no Linux.
    return 0;
  }
}
