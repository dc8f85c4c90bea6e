import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultSettings } from '../fault-injection/request-gate.ts';
import { createPrivateDirectory } from './private-directory.ts';

/** State of a running runtime, through which commands find it. */
export interface RuntimeState extends FaultSettings {
  readonly url: string;
  readonly pid: number;
  /** Start time (epoch ms). */
  readonly startedAt: number;
  readonly timeScale: number;
  /** Latest time that the runtime recorded (epoch ms). Present if the machine's clock was set back behind it. */
  readonly latestRecordAt?: number | undefined;
  /** Build of the runtime. A command of another build restarts it. */
  readonly build: string;
}

/** Name of the store in the state directory. */
export const storeFile = 'state.sqlite';

/** Returns the state directory of a project's runtime. */
export function stateDirectory(root: string): string {
  return join(root, '.orders', 'local');
}

/** Returns the state of the running runtime, or undefined if its process does not run. */
export function readState(root: string): RuntimeState | undefined {
  const state = readPreviousState(root);
  return state && isAlive(state.pid) ? state : undefined;
}

/** Returns the last written state, even if the runtime was killed. */
export function readPreviousState(root: string): RuntimeState | undefined {
  try {
    const text = readFileSync(join(stateDirectory(root), 'runtime.json'), 'utf8');
    return JSON.parse(text) as RuntimeState;
  } catch {
    return undefined;
  }
}

/** Writes the state to a temporary file and renames it, so that a reader never sees a part of it. */
export function writeState(root: string, state: RuntimeState): void {
  const directory = stateDirectory(root);
  createPrivateDirectory(directory);
  const next = join(directory, `runtime.json.${process.pid}`);
  writeFileSync(next, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(next, join(directory, 'runtime.json'));
}

/** Deletes the state. With `pid`, only if it is the state of this process: another runtime may have replaced it. */
export function removeState(root: string, pid?: number): void {
  if (pid !== undefined && readPreviousState(root)?.pid !== pid) return;
  rmSync(join(stateDirectory(root), 'runtime.json'), { force: true });
}

/** Returns whether a process is running. A zombie, whose parent has not collected it, does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
