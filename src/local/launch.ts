import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { TrafficSettings } from './fault-injection/request-gate.ts';
import type { RuntimeOptions } from './main.ts';
import {
  isAlive,
  type RuntimeState,
  readLeftState,
  readState,
  removeState,
  stateDirectory,
} from './state-file.ts';

/** Waits of virtual time are sixty times as fast unless the operator says otherwise. */
export const defaultTimeScale = 60;
export const defaultPort = 4510;

/** A file of the build: beside this bundle, or beside its folder when this code is in a chunk of it. */
function dist(file: string): string {
  const here = fileURLToPath(import.meta.url);
  const at = here.lastIndexOf(`${sep}dist${sep}`);
  return join(at < 0 ? join(dirname(here), '../../dist') : here.slice(0, at + 5), file);
}

export interface LaunchSettings extends TrafficSettings {
  readonly port?: number | undefined;
  readonly timeScale?: number | undefined;
  /** Whether it counts what AWS would bill. */
  readonly metered?: boolean;
  /** Whether it may stop itself after a while with nothing to do. */
  readonly auto?: boolean;
}

/**
 * The running runtime of the project in `root`, started in the background when there is none. One of another build, or of
 * another speed or port than asked for, is restarted: its orders go on from their last checkpoint. Of several commands at
 * once one starts it and the others wait. Throws an Error with what the runtime says when it ends instead, or does not
 * come up within ten seconds.
 */
export async function ensureRuntime(
  root: string,
  settings: LaunchSettings = {},
): Promise<RuntimeState & { started: boolean }> {
  const build = buildId();
  const running = readState(root);
  if (running?.build === build && suits(running, settings) && (await isListening(running.url))) {
    return { ...running, started: false };
  }
  mkdirSync(stateDirectory(root), { recursive: true, mode: 0o700 });
  if (!claimStart(root)) return { ...(await untilUp(root, build)), started: false };
  try {
    const again = readState(root);
    const up = again && (await isListening(again.url));
    // One that was killed goes on as fast as it ran.
    const left = readLeftState(root);
    if (up && again.build === build && suits(again, settings)) return { ...again, started: false };
    if (up) await stopRuntime(root);
    else removeState(root);
    const { port = defaultPort, auto = true, metered = false } = settings;
    const child = launch({ root, port, auto, build, metered, ...manners(settings, left) });
    return { ...(await untilUp(root, build, child)), started: true };
  } finally {
    rmSync(startLock(root), { force: true });
  }
}

/** Whether a running runtime is what was asked for; to become another takes a restart, which loses nothing. */
function suits(state: RuntimeState, settings: LaunchSettings): boolean {
  const { port } = settings;
  const samePort = port === undefined || new URL(state.url).port === String(port);
  return samePort && isDeepStrictEqual(manners(settings, state), manners({}, state));
}

/** How a runtime behaves: as asked for, else as it did. */
function manners(asked: LaunchSettings, before: RuntimeState | undefined) {
  return {
    timeScale: asked.timeScale ?? before?.timeScale ?? defaultTimeScale,
    enforceQuotas: asked.enforceQuotas ?? before?.enforceQuotas ?? false,
    inject: asked.inject ?? before?.inject ?? [],
  };
}

/**
 * Asks the runtime to stop and waits until its process is gone; false when none was running: the number of one that
 * was killed may be another program's by now.
 */
export async function stopRuntime(root: string): Promise<boolean> {
  const state = readState(root);
  const { isClaimed } = await import('./store/directory-lock.ts');
  if (!state || !isClaimed(stateDirectory(root))) {
    removeState(root);
    return false;
  }
  process.kill(state.pid, 'SIGTERM');
  for (let waited = 0; isAlive(state.pid); waited += 20) {
    if (waited > 5_000) process.kill(state.pid, 'SIGKILL');
    await sleep(20);
  }
  removeState(root);
  return true;
}

/** Runs the runtime as a child that shares the terminal; answers its exit code. */
export function runInForeground(root: string, settings: LaunchSettings): Promise<number> {
  const options: RuntimeOptions = {
    root,
    port: settings.port ?? defaultPort,
    auto: false,
    build: buildId(),
    ...manners(settings, undefined),
  };
  const child = spawn(process.execPath, [dist('runtime.js'), JSON.stringify(options)], {
    stdio: 'inherit',
    cwd: root,
  });
  // The terminal sends Ctrl-C to both; this one waits until the runtime has put everything away.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

/** Stops the runtime and deletes what it keeps; what commands wrote beside it stays. */
export async function resetRuntime(root: string): Promise<void> {
  await stopRuntime(root);
  rmSync(stateDirectory(root), { recursive: true, force: true });
}

/** Jumps the runtime's clock ahead by milliseconds; false when none is running. */
export function advanceRuntime(root: string, ms: number): boolean {
  const state = readState(root);
  if (!state) return false;
  writeFileSync(join(stateDirectory(root), 'advance'), String(ms), { mode: 0o600 });
  process.kill(state.pid, 'SIGUSR2');
  return true;
}

/** The name of this build, or `development` when run from the sources. */
export function buildId(): string {
  try {
    return readFileSync(dist('build-id'), 'utf8');
  } catch {
    return 'development';
  }
}

function launch(options: RuntimeOptions): Launched {
  const log = openSync(join(stateDirectory(options.root), 'runtime.log'), 'a', 0o600);
  const child = spawn(process.execPath, [dist('runtime.js'), JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: options.root,
  });
  child.unref();
  const before = fstatSync(log).size;
  closeSync(log);
  return { child, logFrom: before };
}

/** A runtime that is starting, and where its part of the log begins. */
interface Launched {
  readonly child: ChildProcess;
  readonly logFrom: number;
}

/** Whether something listens there: a process number alone may have passed on to another program. */
export function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const settle = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

const startLock = (root: string) => join(stateDirectory(root), 'starting');

/** Whether this process may start the runtime; a claim older than ten seconds was left by one that died. */
function claimStart(root: string): boolean {
  const lock = startLock(root);
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age < 10_000) return false;
    rmSync(lock, { force: true });
    return claimStart(root);
  }
}

async function untilUp(root: string, build: string, launched?: Launched): Promise<RuntimeState> {
  for (let waited = 0; waited < 10_000 && !hasEnded(launched); waited += 25) {
    const state = readState(root);
    if (state?.build === build) return state;
    await sleep(25);
  }
  throw new Error(logTail(root, launched?.logFrom) || 'it says nothing');
}

const hasEnded = (launched: Launched | undefined) =>
  launched !== undefined &&
  (launched.child.exitCode !== null || launched.child.signalCode !== null);

/** The end of what the runtime said, from a byte of its log on. */
function logTail(root: string, from = 0): string {
  try {
    const log = readFileSync(join(stateDirectory(root), 'runtime.log')).subarray(from);
    return log.toString('utf8').trim().split('\n').slice(-15).join('\n');
  } catch {
    return '';
  }
}
