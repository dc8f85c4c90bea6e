import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readState } from '../../src/local/runtime/state-file.ts';
import { findFreePort } from '../support/free-port.ts';
import { makeProject, repository } from '../support/project-files.ts';

/** A local runtime in its own process and project, which a test kills and restarts. */
export interface RuntimeProcess {
  readonly root: string;
  readonly url: string;
  /** Starts the process, waits until the runtime is ready, and returns the time that took (ms). */
  start(): Promise<number>;
  /** Kills the process. Its environments then exit by themselves. */
  kill(): Promise<void>;
  /** Returns the process ids of its environments. */
  environments(): number[];
  pid(): number;
  close(): Promise<void>;
}

/** Creates a project for a runtime process, which is not started yet. */
export async function createRuntimeProcess(options: {
  timeScale: number;
  inject?: readonly string[];
}): Promise<RuntimeProcess> {
  const root = makeProject();
  const port = await findFreePort();
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
      if (started.exitCode !== null) throw new Error('The runtime did not restart');
      await delay(5);
    }
    return performance.now() - began;
  }

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = new Promise((resolve) => running.once('close', resolve));
    running.kill(signal);
    await exited;
  }

  const pid = () => child?.pid ?? 0;
  return {
    root,
    url: `http://127.0.0.1:${port}`,
    start,
    kill: () => kill(),
    pid,
    environments: () => listChildren(pid()),
    async close() {
      await kill('SIGTERM');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function listChildren(pid: number): number[] {
  return globSync(`/proc/${pid}/task/*/children`)
    .flatMap((file) => readFileSync(file, 'utf8').split(' ').filter(Boolean))
    .map(Number);
}
