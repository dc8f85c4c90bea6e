import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RequestCounts } from '../../src/local/fault-injection/request-gate.ts';
import { full } from '../support/full.ts';
import { createProject, type Project } from '../support/project.ts';
import { readTraffic } from '../support/traffic.ts';

const count = String(full ? 200 : 20);

let project: Project;
beforeEach(() => {
  project = createProject();
});
afterEach(() => project.close());

async function traffic(): Promise<RequestCounts> {
  const { url } = await project.runJson('local', 'status');
  return await readTraffic(project.root, url);
}

it(`submits, watches, lists, verifies and tails ${count} orders within the quotas of an account`, async () => {
  await project.orders('local', 'start', '--enforce-quotas', '--time-scale', '240');
  await project.runJson('deploy');
  const tail = project.start('logs', '--follow');
  const load = await project.orders('load-test', '--count', count, '--json');
  expect(load.code).toBe(0);
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
}, 120_000);

it('completes orders when services throttle and fail', async () => {
  await project.orders('local', 'start', '--time-scale', '240');
  await project.runJson('deploy');
  await project.orders(
    'local',
    'start',
    '--inject',
    'throttle=5%,error=1%',
    '--inject',
    'logs:latency=50ms',
  );
  const load = await project.orders('load-test', '--count', full ? '60' : '20', '--json');
  expect([load.code, load.stderr]).toEqual([0, expect.anything()]);
  const counts = await traffic();
  expect(counts['dynamodb:UpdateItem']?.refused).toBeGreaterThan(0);
  expect(counts['lambda:CheckpointDurableExecution']?.refused).toBeGreaterThan(0);
}, 120_000);
