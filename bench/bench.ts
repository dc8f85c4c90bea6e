/**
 * `npm run bench`: start-up of the program as ratios to `node -e 0`, and the local runtime's orders a second with waits of
 * a second of virtual time, with the memory of all its processes. Ratios of one run are comparable; milliseconds of two
 * machines are not.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { canonicalEvent } from '../functions/contract/order.ts';
import { samples } from '../functions/contract/samples.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const program = join(repository, 'bin/orders');
const project = mkdtempSync(join(tmpdir(), 'orders-bench-'));
cpSync(join(repository, 'template.yaml'), join(project, 'template.yaml'));
for (const name of ['functions', 'dist']) symlinkSync(join(repository, name), join(project, name));

const orders = (...argv: string[]) =>
  execFileSync(program, argv, {
    cwd: project,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
const ask = (...argv: string[]) => JSON.parse(orders(...argv, '--json')).data;

try {
  // The waits of 300 and 180 virtual seconds take 0.24 s; the execution timeout of a day leaves 43 s for a run.
  orders('local', 'start', '--time-scale', '2000', '--port', '4599');
  const { outputs } = ask('deploy');
  const { url, pid } = ask('local', 'status');
  const id = orders('submit', '--sample', 'low', '--wait', '-o', 'id').trim();
  startUp(id);
  for (const count of [1, 50, 200]) await throughput(count, { url, pid, outputs });
} finally {
  orders('local', 'stop');
  rmSync(project, { recursive: true, force: true });
}

/** Medians of 15 runs each, taken in turn so that a busy machine is busy for all of them. */
function startUp(id: string): void {
  const cases: Record<string, [string, string[]]> = {
    'node -e 0': [process.execPath, ['-e', '0']],
    'orders --version': [program, ['--version']],
    'orders --help': [program, ['--help']],
    'orders get': [program, ['get', id]],
    'orders submit': [program, ['submit', '--sample', 'low']],
  };
  const times: Record<string, number[]> = {};
  for (let run = 0; run < 15; run += 1) {
    for (const [name, [file, argv]] of Object.entries(cases)) {
      const started = performance.now();
      spawnSync(file, argv, { cwd: project, stdio: 'ignore' });
      times[name] = [...(times[name] ?? []), performance.now() - started];
    }
  }
  const base = median(times['node -e 0'] ?? []);
  for (const [name, each] of Object.entries(times)) {
    console.log(`${name.padEnd(18)} ${(median(each) / base).toFixed(2)}x node -e 0`);
  }
}

async function throughput(
  count: number,
  { url, pid, outputs }: { url: string; pid: number; outputs: Record<string, string> },
): Promise<void> {
  const config = {
    endpoint: url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  };
  const lambda = new LambdaClient(config);
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(config));
  const table = outputs['OrdersTableName'] ?? '';
  const order = samples['low'];
  if (!order) throw new Error('there is no sample low');
  const open = new Set(Array.from({ length: count }, (_, index) => `bench-${count}-${index}`));
  const started = performance.now();
  await Promise.all(
    [...open].map((orderId) =>
      lambda.send(
        new InvokeCommand({
          FunctionName: outputs['OrderProcessingAliasArn'],
          InvocationType: 'Event',
          DurableExecutionName: orderId,
          Payload: canonicalEvent({ orderId, order }),
        }),
      ),
    ),
  );
  let memory = 0;
  while (open.size > 0) {
    const Keys = [...open].slice(0, 100).map((orderId) => ({ orderId }));
    const { Responses } = await tables.send(
      new BatchGetCommand({
        RequestItems: {
          [table]: {
            Keys,
            ProjectionExpression: 'orderId, #s',
            ExpressionAttributeNames: { '#s': 'status' },
          },
        },
      }),
    );
    for (const item of Responses?.[table] ?? []) {
      if (item['status'] === 'failed') throw new Error(`${item['orderId']} failed`);
      if (item['status'] === 'completed') open.delete(item['orderId']);
    }
    memory = Math.max(memory, proportionalSetSize(pid));
    if (performance.now() - started > 60_000) throw new Error(`${open.size} orders did not end`);
    await sleep(50);
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${String(count).padStart(3)} orders at once: ${(count / seconds).toFixed(1)} orders/s, ${memory.toFixed(0)} MB (PSS of the runtime and its handlers)`,
  );
}

/** MB of a process and its children, shared pages counted once; 0 where /proc does not tell. */
function proportionalSetSize(pid: number): number {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) =>
    readFileSync(file, 'utf8').split(' ').filter(Boolean),
  );
  let kilobytes = 0;
  for (const each of [pid, ...children]) {
    try {
      const rollup = readFileSync(`/proc/${each}/smaps_rollup`, 'utf8');
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
    } catch {
      // It has ended since.
    }
  }
  return kilobytes / 1024;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
