import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { localSchemas } from '../../src/cli/schemas/local.ts';
import { isAlive, readState } from '../../src/local/runtime/state-file.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { findFreePort } from '../support/free-port.ts';
import { createProject, type Project } from '../support/project.ts';

let project: Project;
beforeEach(() => {
  project = createProject();
});
afterEach(() => project.close());

/** Replaces the project by a project with a stack. */
async function useDeployedProject(...flags: string[]): Promise<void> {
  await project.close();
  project = await createDeployedProject(...flags);
}

const inStore = (file = 'state.sqlite') => join(project.root, '.orders/local', file);
const check = async () => {
  const outcome = await project.orders('local', 'status', '--check', '--json');
  return {
    code: outcome.code,
    ...v.parse(localSchemas['local-status'], JSON.parse(outcome.stdout).data),
  };
};

it('reports a consistent store during use, and a damaged execution', async () => {
  expect(await check()).toEqual({ code: 0, running: false, store: null });
  await useDeployedProject();
  await project.orders('submit', '--sample', 'low', '--wait');
  const sound = await check();
  expect(sound).toMatchObject({ code: 0, running: true, store: { executions: 1, problems: [] } });
  const { stdout } = await project.orders('local', 'status', '--check');
  expect(stdout).toMatch(/store: consistent, 1 execution, 0 running, \d\.\d MB/);

  const db = new DatabaseSync(inStore(), { timeout: 5000 });
  db.exec('delete from lambda_events where id = 3');
  db.close();
  const unsound = await check();
  expect(unsound.code).toBe(14);
  expect(unsound.store?.problems).toEqual([
    expect.stringMatching(/^execution \S+ has a history with gaps$/),
  ]);
});

it('does not start on a damaged store, reports the reason immediately, and does not change the store', async () => {
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

it('reports damaged pages in one line with the fix, at the start and in the checks', async () => {
  await project.orders('local', 'start');
  await project.orders('local', 'stop');
  const bytes = readFileSync(inStore());
  // The first page, with the version and the schema, remains.
  writeFileSync(inStore(), Buffer.concat([bytes.subarray(0, 4096), randomBytes(bytes.length)]));
  const { code, stderr } = await project.orders('local', 'start');
  expect([code, stderr.split('\n')[0]]).toEqual([
    3,
    expect.stringMatching(
      /^✗ The local runtime does not start: The store .* is damaged .*orders local reset/,
    ),
  ]);
  const { stdout } = await project.orders('local', 'status', '--check');
  expect(stdout).toContain('is damaged');
  expect(stdout).toContain('to delete and recreate it: orders local reset');
});

it('does not touch another program that has the process id of a killed runtime', async () => {
  await useDeployedProject();
  const state = readState(project.root);
  await project.killRuntime();
  // A killed process holds its lock until its last thread has ended.
  const stop = async () => (await project.orders('local', 'stop')).stdout;
  await expect.poll(stop).toContain('not running');
  const bystander = spawn('sleep', ['60']);
  try {
    writeFileSync(inStore('runtime.json'), JSON.stringify({ ...state, pid: bystander.pid }));
    expect(await stop()).toContain('not running');
    expect(isAlive(bystander.pid ?? 0)).toBe(true);
    expect((await project.orders('list')).code).toBe(0);
  } finally {
    bystander.kill();
  }
});

it('allows one runtime per project and reports it to a second one', async () => {
  await project.orders('local', 'start');
  const { code, stderr } = await project.orders('local', 'start', '--foreground');
  expect(code).toBe(6);
  expect(stderr).toMatch(/^✗ A runtime of this project is already running \(pid \d+\)\.\n/);
  expect(stderr).toContain('orders local stop');
});

it('ends without touching the files of the runtime that replaced it after its folder was deleted', async () => {
  await project.orders('local', 'start');
  const first = readState(project.root)?.pid ?? 0;
  rmSync(join(project.root, '.orders'), { recursive: true });
  // The command reports that it found no orders.
  expect((await project.orders('local', 'start')).stdout).toContain('new empty store');
  const second = readState(project.root)?.pid;
  expect(second).not.toBe(first);
  await vi.waitUntil(() => !isAlive(first));
  expect(await project.runJson('local', 'status')).toMatchObject({ running: true, pid: second });
  // `status` and `stop` find the owner of the directory even if its state file is missing.
  for (const [command, data] of [
    ['status', { running: true, pid: second }],
    ['stop', { stopped: true }],
  ] as const) {
    rmSync(inStore('runtime.json'));
    expect(await project.runJson('local', command)).toMatchObject(data);
  }
  expect(isAlive(second ?? 0)).toBe(false);
});

it('leaves the running runtime alone if another cannot start with the requested options', async () => {
  await project.orders('local', 'start', '--port', String(await findFreePort()));
  const before = readState(project.root);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  try {
    const busy = String((other.address() as AddressInfo).port);
    for (const flags of [[], ['--foreground']]) {
      const { code, stderr } = await project.orders('local', 'start', '--port', busy, ...flags);
      expect(code).toBe(6);
      if (flags.length === 0) expect(stderr).toMatch(/^✗ Port \d+ is used by another program\.\n/);
    }
    expect(readState(project.root)).toEqual(before);
    await project.orders('local', 'stop');
    const { code, stderr } = await project.orders('local', 'start', '--port', busy);
    expect([code, stderr.split('\n')[0]]).toEqual([
      6,
      `✗ Port ${busy} is used by another program.`,
    ]);
  } finally {
    other.close();
  }
});

it('keeps its port at a restart with other options, and reports the change', async () => {
  await project.orders('local', 'start', '--port', String(await findFreePort()));
  const { url } = readState(project.root) ?? {};
  const { stdout, stderr } = await project.orders('local', 'start', '--time-scale', '7');
  expect(stdout).toBe(`restarted: ${url} (time ×7)\n`);
  expect(stderr).toContain('time scale: 60 → 7');
});

it('reports in one line that its folder cannot be used', async () => {
  writeFileSync(join(project.root, '.orders'), 'a file');
  const { code, stderr } = await project.orders('list');
  expect([code, stderr.split('\n')[0]]).toEqual([
    3,
    expect.stringMatching(/^✗ The local runtime does not start: E\w+: .*\.orders/),
  ]);
  rmSync(join(project.root, '.orders'));
});

it('deletes the orders at a reset and keeps the reports', async () => {
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

it('is found by a running watch on its new port, and not confused with the runtime on its old port', async () => {
  const [port, another] = [String(await findFreePort()), String(await findFreePort())];
  await useDeployedProject('--port', port);
  const { orderId } = await project.runJson('submit', '--sample', 'low');
  const watching = project.start('watch', orderId);
  const exit = once(watching, 'exit');
  const isWaiting = new Promise<void>((resolve) => {
    watching.stdout?.on('data', (chunk) => {
      if (String(chunk).includes('awaiting-warehouse')) resolve();
    });
  });
  await isWaiting;
  await project.orders('local', 'stop');
  const stranger = await createDeployedProject('--port', port);
  try {
    await project.orders('local', 'start', '--port', another);
    expect(await exit).toEqual([0, null]);
    expect((await project.runJson('get', orderId)).order.status).toBe('completed');
    expect(await stranger.runJson('list')).toEqual([]);
  } finally {
    await stranger.close();
  }
});
