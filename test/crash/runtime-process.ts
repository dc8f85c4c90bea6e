import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readState } from '../../src/local/state-file.ts';
import { aFreePort } from '../support/free-port.ts';
import { makeProject, repository } from '../support/project-files.ts';

/** The local runtime as the process that it is, in a project of its own, to be killed and started again. */
export interface RuntimeProcess {
  readonly root: string;
  readonly url: string;
  /** Starts it and waits until it answers; milliseconds. */
  start(): Promise<number>;
  /** Kills the process without a word; its environments notice by themselves. */
  kill(): Promise<void>;
  /** The processes of its environments. */
  environments(): number[];
  pid(): number;
  close(): Promise<void>;
}

export async function aRuntimeProcess(options: {
  timeScale: number;
  inject?: readonly string[];
}): Promise<RuntimeProcess> {
  const root = makeProject();
  const port = await aFreePort();
  const settings = { root, port, auto: false, build: 'crash', ...options };
  let child: ChildProcess | undefined;

  async function start(): Promise<number> {
    const began = performance.now();
    const started = spawn(
      process.execPath,
      [join(repository, 'dist/runtime.js'), JSON.stringify(settings)],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    child = started;
    while (readState(root)?.pid !== started.pid) {
      if (started.exitCode !== null) throw new Error('The runtime did not start again');
      await delay(5);
    }
    return performance.now() - began;
  }

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('close', resolve));
    running.kill(signal);
    await gone;
  }

  const pid = () => child?.pid ?? 0;
  return {
    root,
    url: `http://127.0.0.1:${port}`,
    start,
    kill: () => kill(),
    pid,
    environments: () => childrenOf(pid()),
    async close() {
      await kill('SIGTERM');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function childrenOf(pid: number): number[] {
  return globSync(`/proc/${pid}/task/*/children`)
    .flatMap((file) => readFileSync(file, 'utf8').split(' ').filter(Boolean))
    .map(Number);
}
