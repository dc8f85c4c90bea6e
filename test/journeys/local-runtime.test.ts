import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { localSchemas } from '../../src/cli/schemas/local.ts';
import { isAlive, readState } from '../../src/local/state-file.ts';
import { aFreePort } from '../support/free-port.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
beforeEach(() => {
  project = aProject();
});
afterEach(() => project.close());

const inStore = (file = 'state.sqlite') => join(project.root, '.orders/local', file);
const check = async () => {
  const outcome = await project.orders('local', 'status', '--check', '--json');
  return {
    code: outcome.code,
    ...v.parse(localSchemas['local-status'], JSON.parse(outcome.stdout).data),
  };
};

it('says that a store is sound while it is in use, and which execution of it is not', async () => {
  expect(await check()).toEqual({ code: 0, running: false, store: null });
  await project.orders('submit', '--sample', 'low', '--wait');
  const sound = await check();
  expect(sound).toMatchObject({ code: 0, running: true, store: { executions: 1, problems: [] } });
  const { stdout } = await project.orders('local', 'status', '--check');
  expect(stdout).toMatch(/store: sound, 1 execution, 0 running, \d\.\d MB/);

  const db = new DatabaseSync(inStore(), { timeout: 5000 });
  db.exec('delete from lambda_events where id = 3');
  db.close();
  const unsound = await check();
  expect(unsound.code).toBe(14);
  expect(unsound.store?.problems).toEqual([
    expect.stringMatching(/^execution \S+ has a history with gaps$/),
  ]);
});

it('does not start on a damaged store, says why at once, and leaves the store alone', async () => {
  await project.orders('local', 'start');
  await project.orders('local', 'stop');
  const garbage = 'no database '.repeat(1000);
  writeFileSync(inStore(), garbage);
  const { code, stderr } = await project.orders('list');
  expect(code).toBe(3);
  expect(stderr).toContain('is damaged (file is not a database)');
  expect(stderr).toContain('orders local reset');
  expect((await check()).code).toBe(14);
  expect(readFileSync(inStore(), 'utf8')).toBe(garbage);
});

it('leaves another program alone that has the number of a runtime that was killed', async () => {
  await project.orders('local', 'start');
  const state = readState(project.root);
  await project.killRuntime();
  const bystander = spawn('sleep', ['60']);
  try {
    writeFileSync(inStore('runtime.json'), JSON.stringify({ ...state, pid: bystander.pid }));
    const { stdout } = await project.orders('local', 'stop');
    expect(stdout).toContain('not running');
    expect(isAlive(bystander.pid ?? 0)).toBe(true);
    expect((await project.orders('list')).code).toBe(0);
  } finally {
    bystander.kill();
  }
});

it('has one runtime a project, and says so to a second one', async () => {
  await project.orders('local', 'start');
  const { code, stderr } = await project.orders('local', 'start', '--foreground');
  expect(code).toBe(6);
  expect(stderr).toMatch(/already running \(pid \d+\)/);
});

it('forgets the orders of a runtime that is reset, and keeps the reports', async () => {
  const kept = ['cache/dev.ids', 'runs/report.json'];
  const gone = ['cache/local.ids', 'cache/local.seen', 'local/state.sqlite'];
  for (const file of [...kept, ...gone]) {
    mkdirSync(join(project.root, '.orders', file, '..'), { recursive: true });
    writeFileSync(join(project.root, '.orders', file), '');
  }
  expect((await project.orders('local', 'reset', '--yes')).code).toBe(0);
  const there = (file: string) => existsSync(join(project.root, '.orders', file));
  expect([...kept, ...gone].filter(there)).toEqual(kept);
});

it('is followed to another port by who watches, and not taken for the runtime that has its own now', async () => {
  const [port, another] = [String(await aFreePort()), String(await aFreePort())];
  await project.orders('local', 'start', '--port', port);
  const { orderId } = await project.ask('submit', '--sample', 'low');
  const watching = project.start('watch', orderId);
  const exit = once(watching, 'exit');
  const isWaiting = new Promise<void>((resolve) => {
    watching.stdout?.on('data', (chunk) => {
      if (String(chunk).includes('awaiting-warehouse')) resolve();
    });
  });
  await isWaiting;
  const stranger = aProject();
  try {
    await project.orders('local', 'stop');
    await stranger.orders('local', 'start', '--port', port);
    await stranger.orders('deploy');
    await project.orders('local', 'start', '--port', another);
    expect(await exit).toEqual([0, null]);
    expect((await project.ask('get', orderId)).order.status).toBe('completed');
    expect(await stranger.ask('list')).toEqual([]);
  } finally {
    await stranger.close();
  }
}, 60_000);
