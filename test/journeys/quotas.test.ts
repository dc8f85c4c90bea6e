import { afterEach, expect, it } from 'vitest';
import type { RequestCounts } from '../../src/local/fault-injection/request-gate.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { startForTest } from '../support/start-for-test.ts';
import { readTraffic } from '../support/traffic.ts';

const count = String(full ? 60 : 4);

let project: Project;
afterEach(() => project.close());

/** Returns the number of invocations that the runtime accepted. */
async function countAccepted(): Promise<number> {
  const { requests = 0, refused = 0 } = (await traffic())['lambda:Invoke'] ?? {};
  return requests - refused;
}

async function traffic(): Promise<RequestCounts> {
  const { url } = await project.runJson('local', 'status');
  return await readTraffic(project.root, url);
}

it(`submits, watches, lists, verifies and tails ${count} orders within the quotas of an account`, async () => {
  project = await createDeployedProject('--enforce-quotas', '--time-scale', '240');
  const tail = startForTest(project, 'logs', '--follow');
  const before = await countAccepted();
  const load = await project.orders('load-test', '--count', count, '--json');
  expect(load.code).toBe(0);
  expect((await countAccepted()) - before).toBe(Number(count));
  const ids = (await project.orders('list', '--limit', '20', '-o', 'id')).stdout.trim().split('\n');
  expect((await project.orders('watch', ...ids)).code).toBe(0);
  for (let reads = 0; reads < 3; reads += 1) await project.orders('history', 'latest');
  const verified = await project.orders('list', '--verify');
  expect([verified.code, verified.stdout]).toEqual([
    0,
    `✓ ${count} orders = ${count} executions\n`,
  ]);
  tail.kill('SIGINT');
  const counts = await traffic();
  expect(counts['logs:FilterLogEvents']?.requests).toBeGreaterThan(2);
  expect(counts['lambda:GetDurableExecutionHistory']?.requests).toBeGreaterThan(2);
  expect(Object.entries(counts).filter(([, { refused }]) => refused > 0)).toEqual([]);
});

it.runIf(full)('completes orders when services throttle and fail', async () => {
  const faults = ['--inject', 'throttle=5%,error=1%', '--inject', 'logs:latency=50ms'];
  project = await createDeployedProject('--time-scale', '240', ...faults);
  const load = await project.orders('load-test', '--count', '30', '--json');
  expect([load.code, load.stderr]).toEqual([0, expect.anything()]);
  const counts = await traffic();
  expect(counts['dynamodb:UpdateItem']?.refused).toBeGreaterThan(0);
  expect(counts['lambda:CheckpointDurableExecution']?.refused).toBeGreaterThan(0);
});
