import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TrafficSettings } from './fault-injection/request-gate.ts';

/** What a running runtime says about itself; every command finds it here. */
export interface RuntimeState extends TrafficSettings {
  readonly url: string;
  readonly pid: number;
  /** Wall clock, epoch ms. */
  readonly startedAt: number;
  readonly timeScale: number;
  /** The build that runs; a command of another build restarts it. */
  readonly build: string;
}

/** The store, in that directory. */
export const storeFile = 'state.sqlite';

/** Where the runtime of a project keeps everything. */
export function stateDirectory(root: string): string {
  return join(root, '.orders', 'local');
}

/**
 * The access key of a project's own runtime. Runtimes take any key but another one's: ports pass from one to the next, and
 * all have stacks of the same names.
 */
export function accessKeyOf(directory: string): string {
  return `${ownKeys}${createHash('sha256').update(resolve(directory)).digest('hex').slice(0, 16)}`;
}

/** Whether whoever has this access key means the runtime of another project. */
export function isAnothers(accessKey: string, directory: string): boolean {
  return accessKey.startsWith(ownKeys) && accessKey !== accessKeyOf(directory);
}

const ownKeys = 'local-';

/** The state of the runtime whose process lives, or nothing. */
export function readState(root: string): RuntimeState | undefined {
  const state = readLeftState(root);
  return state && isAlive(state.pid) ? state : undefined;
}

/** The same, also of a runtime that was killed and could not say goodbye. */
export function readLeftState(root: string): RuntimeState | undefined {
  try {
    const text = readFileSync(join(stateDirectory(root), 'runtime.json'), 'utf8');
    return JSON.parse(text) as RuntimeState;
  } catch {
    return undefined;
  }
}

/** Written beside and renamed, so that a reader never sees half of it. */
export function writeState(root: string, state: RuntimeState): void {
  const directory = stateDirectory(root);
  mkdirSync(directory, { recursive: true });
  const next = join(directory, `runtime.json.${process.pid}`);
  writeFileSync(next, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(next, join(directory, 'runtime.json'));
}

export function removeState(root: string): void {
  rmSync(join(stateDirectory(root), 'runtime.json'), { force: true });
}

/** Whether a process runs; one that has ended and was not yet collected by its parent does not. */
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
