import {
  cpSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { samples } from '../../functions/contract/samples.ts';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { repository } from '../support/project-files.ts';
import { readTraffic } from '../support/traffic.ts';

let project: Project;

beforeAll(async () => {
  project = await createDeployedProject('--time-scale', '2000');
  for (const sample of ['low', 'payment-transient', 'credit-refused', 'fraud-review']) {
    await project.orders('submit', '--sample', sample, '--id', sample);
  }
  await project.orders('watch', 'low', 'payment-transient', 'credit-refused');
  await isInReview('fraud-review');
  // From here on, the review does not time out.
  await project.orders('local', 'stop');
  await project.orders('local', 'start', '--time-scale', '1');
});
afterAll(() => project.close());

/** Waits until the execution of an order is suspended at its review. */
const isInReview = (id: string) =>
  vi.waitUntil(
    async () => (await project.orders('history', id, '--json')).stdout.includes('request-review'),
    { timeout: 20_000, interval: 100 },
  );

it('finds the local build identical with completed, retried and rejected orders', async () => {
  const { code, stdout } = await project.orders('replay', '--since', '1h');
  expect(stdout).toBe('4 replayed · 3 identical · 1 continue\n');
  expect(code).toBe(0);
});

it('names what a running order waits for', async () => {
  const { stdout } = await project.orders('replay', 'fraud-review');
  expect(stdout.split('\n')[0]).toBe('✓ fraud-review  continues with await-review');
});

it('stores recordings without personal data, and replays them without the runtime', async () => {
  const folder = join(project.root, 'recordings');
  await project.orders('replay', '--since', '1h', '--save', folder);
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(texts).toHaveLength(4);
  expect(texts.filter((text) => /customer\d@example/.test(text))).toEqual([]);
  const { code, stdout } = await project.orders('replay', '--from', folder, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout).data.counts).toEqual({
    identical: 3,
    continues: 1,
    diverges: 0,
    broken: 0,
    skipped: 0,
  });
});

it('reports the next operations for an assumed result', async () => {
  const { stdout } = await project.orders('replay', 'low', '--set', 'fraud-check={"score":75}');
  expect(stdout).toContain('continues with await-review');
  const unknown = await project.orders('replay', 'low', '--set', 'fraud=1');
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    expect.stringContaining('The recording has no result of "fraud".'),
  ]);
});

// The short run replays before a deployment with the setting of the environment only.
it.runIf(full)('deploys after a replay that finds no difference', async () => {
  const { code, stderr } = await project.orders('deploy', '--replay', '1h');
  expect(stderr).toContain('4 replayed · 3 identical · 1 continue');
  expect(code).toBe(0);
});

it.runIf(full)('makes no request except to read the histories', async () => {
  const { url } = await project.runJson('local', 'status');
  const before = await readTraffic(project.root, url);
  await project.orders('replay', '--since', '1h');
  const after = await readTraffic(project.root, url);
  const made = Object.entries(after).flatMap(([name, { requests }]) => {
    const count = requests - (before[name]?.requests ?? 0);
    return count > 0 ? [[name, count]] : [];
  });
  expect(Object.fromEntries(made)).toEqual({
    'lambda:GetDurableExecutionHistory': 4,
    'lambda:ListDurableExecutionsByFunction': 1,
    'lambda:ListVersionsByFunction': 1,
  });
});

/** Settings of SDK clients for the project's runtime. */
async function connect() {
  const { url } = await project.runJson('local', 'status');
  return { endpoint: url, region: 'us-east-2', credentials: projectCredentials(project.root) };
}

it('skips an order whose history is gone, and replays the others', async () => {
  const { order } = await project.runJson('get', 'low');
  const executionArn = order.executionArn.replace(/[^/]+\/[^/]+$/, 'gone/none');
  const tables = DynamoDBDocumentClient.from(new DynamoDBClient(await connect()));
  const { TableNames = [] } = await tables.send(new ListTablesCommand({}));
  await tables.send(
    new PutCommand({
      TableName: TableNames.find((name) => name.includes('-OrdersTable')),
      Item: { ...order, orderId: 'gone', executionArn },
    }),
  );
  const both = await project.orders('replay', 'low', 'gone');
  expect(both.stdout).toContain('! gone  skipped\n    The history of this execution is gone');
  expect(both.stdout).toContain('1 replayed · 1 identical · 1 skipped\n');
  expect(both.code).toBe(0);
  expect((await project.orders('replay', 'gone')).code).toBe(5);
});

describe('the replay as a setting of the environment', () => {
  beforeAll(() => project.orders('env', 'set', 'local', '--replay', '1h'));
  afterAll(() => project.orders('env', 'set', 'local', '--replay', ''));

  it('is shown by config', async () => {
    expect((await project.orders('config')).stdout).toMatch(
      /replay +1h +config \(orders\.config\.json: environments\.local\.replay\)/,
    );
  });

  it('applies to each deployment, unless --no-replay skips it', async () => {
    expect((await project.orders('deploy')).stderr).toContain('4 replayed · 3 identical');
    expect((await project.orders('deploy', '--no-replay')).stderr).not.toContain('replayed');
  });

  it('stops a deployment that would break recorded and running orders', async () => {
    const lambda = new LambdaClient(await connect());
    const order = { orderId: 'on-latest', order: samples['fraud-review'] };
    await lambda.send(
      new InvokeCommand({
        FunctionName: 'lambda-durable-order-processing-workflow:$LATEST',
        InvocationType: 'Event',
        DurableExecutionName: 'on-latest',
        Payload: JSON.stringify(order),
      }),
    );
    await isInReview('on-latest');
    const restore = renameStage('fraud-check', 'fraud-test');
    try {
      const { code, stderr } = await project.orders('deploy');
      expect(stderr).toContain('5 replayed · 0 identical · 5 diverge');
      expect(stderr).toContain('at functions/order-workflow/stage-runner.ts:');
      expect(stderr).toContain('which would resume on the new code: 1\n');
      expect(stderr).toContain('1  would fail with NonDeterministicExecutionError (fraud-check: ');
      expect(stderr).toContain('nothing was changed');
      expect(code).toBe(14);
    } finally {
      restore();
    }
  });
});

it('rejects --accept-divergence without a replay', async () => {
  const { code, stderr } = await project.orders('deploy', '--accept-divergence');
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('--accept-divergence needs a replay.'),
  ]);
});

/** Gives the project a build of its own with another name of a stage. Returns a function that removes it. */
function renameStage(from: string, to: string) {
  const dist = join(project.root, 'dist');
  rmSync(dist);
  mkdirSync(dist);
  for (const folder of ['functions', 'maps']) {
    cpSync(join(repository, 'dist', folder), join(dist, folder), { recursive: true });
  }
  for (const file of globSync('functions/order-workflow/*.mjs', { cwd: dist })) {
    const path = join(dist, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to));
  }
  return () => {
    rmSync(dist, { recursive: true });
    symlinkSync(join(repository, 'dist'), dist);
  };
}
