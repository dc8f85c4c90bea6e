import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProject, type Project } from '../support/project.ts';

let project: Project;

beforeAll(async () => {
  project = createProject();
  await project.orders('local', 'start', '--time-scale', '2000');
  for (const sample of ['low', 'payment-transient', 'credit-refused', 'fraud-review']) {
    await project.orders('submit', '--sample', sample, '--id', sample);
  }
  await project.orders('watch', 'low', 'payment-transient', 'credit-refused');
  await project.orders('watch', 'fraud-review', '--until', 'awaiting-review');
});
afterAll(() => project.close());

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

it('deploys after a replay that finds no difference', async () => {
  const { code, stderr } = await project.orders('deploy', '--replay', '1h');
  expect(stderr).toContain('4 replayed · 3 identical · 1 continue');
  expect(code).toBe(0);
});
