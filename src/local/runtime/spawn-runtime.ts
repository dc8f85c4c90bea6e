/** Starts the runtime's process and waits for it. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RuntimeOptions } from './main.ts';
import { parseStartError, StartError } from './start-error.ts';
import { type RuntimeState, readState, stateDirectory } from './state-file.ts';

/** Time within which a runtime has to start, and the interval of the check (ms). */
const maxStartMs = 10_000;
const startPollMs = 25;

/** Returns the path of a file of the build, which is in or above the folder of this bundle. */
function distPath(file: string): string {
  const here = fileURLToPath(import.meta.url);
  const at = here.lastIndexOf(`${sep}dist${sep}`);
  return join(at < 0 ? join(dirname(here), '../../../dist') : here.slice(0, at + 5), file);
}

/** Returns the id of this build, or `development` if it runs from the sources. */
export function buildId(): string {
  try {
    return readFileSync(distPath('build-id'), 'utf8');
  } catch {
    return 'development';
  }
}

/** Starts the runtime's process in the background. Its output goes to the log in the state directory. */
export function spawnRuntime(options: RuntimeOptions): Launched {
  const log = openSync(join(stateDirectory(options.root), 'runtime.log'), 'a', 0o600);
  const child = startProcess(options, { detached: true, stdio: ['ignore', log, log] });
  child.unref();
  const before = fstatSync(log).size;
  closeSync(log);
  return { child, logFrom: before };
}

/**
 * Starts the runtime's process. Like this process, it keeps compiled code in a folder, if this is possible: that shortens the start by a
 * fifth.
 */
export function startProcess(
  options: RuntimeOptions,
  io: Pick<SpawnOptions, 'detached' | 'stdio'>,
): ChildProcess {
  // Node appends a folder for its version.
  const folder = getCompileCacheDir();
  return spawn(process.execPath, [distPath('runtime.js'), JSON.stringify(options)], {
    ...io,
    cwd: options.root,
    ...(folder ? { env: { ...process.env, NODE_COMPILE_CACHE: dirname(folder) } } : {}),
  });
}

/** A runtime that is starting. */
interface Launched {
  readonly child: ChildProcess;
  /** Offset of its first line in the log (bytes). */
  readonly logFrom: number;
}

/** Waits until a runtime of this build has written its state. Throws StartError with the log if it exits or is too slow. */
export async function waitUntilListening(root: string, launched?: Launched): Promise<RuntimeState> {
  const logFrom = launched?.logFrom ?? logSize(root);
  for (let waited = 0; waited < maxStartMs && !hasExited(launched); waited += startPollMs) {
    const state = readState(root);
    if (state?.build === buildId()) return state;
    await sleep(startPollMs);
  }
  const output = readLogTail(root, logFrom);
  if (!launched && output === '') {
    throw new StartError('other', 'Another command is starting it and has not succeeded.');
  }
  throw parseStartError(launched?.child.exitCode ?? null, output);
}

/** Returns the size of the log (bytes). */
const logSize = (root: string): number =>
  statSync(join(stateDirectory(root), 'runtime.log'), { throwIfNoEntry: false })?.size ?? 0;

const hasExited = (launched: Launched | undefined) =>
  launched !== undefined &&
  (launched.child.exitCode !== null || launched.child.signalCode !== null);

/** Returns the last lines of the log after an offset (bytes). */
export function readLogTail(root: string, from = 0): string {
  try {
    const log = readFileSync(join(stateDirectory(root), 'runtime.log')).subarray(from);
    return log.toString('utf8').trim().split('\n').slice(-15).join('\n');
  } catch {
    return '';
  }
}
