import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { conflictWindow } from '../fault-injection/conflict-window.ts';
import type { FaultSettings } from '../fault-injection/request-gate.ts';
import { toStoreError } from '../store/store-error.ts';
import type { RuntimeOptions } from './main.ts';
import { createPrivateDirectory } from './private-directory.ts';
import { buildId, spawnRuntime, startProcess, waitUntilListening } from './spawn-runtime.ts';
import { alreadyRunningError, isPortFree, portInUseError } from './start-error.ts';
import { acquireStartLock, releaseStartLock } from './start-lock.ts';
import {
  isAlive,
  type RuntimeState,
  readPreviousState,
  readState,
  removeState,
  stateDirectory,
  storeFile,
} from './state-file.ts';

/** Loads the modules that need SQLite only for a command that starts or stops a runtime. */
const loadOwnership = () => import('./ownership.ts');

/** Default speed of virtual time, relative to wall time. */
export const defaultTimeScale = 60;
export const defaultPort = 4510;
/** A running runtime, and whether it was started now. */
export type LaunchedState = RuntimeState & {
  readonly started: boolean;
  /** True if it started without a store: for the first time, or because its folder was deleted. */
  readonly isNew?: boolean;
  /** State of the runtime that it replaces. Absent if none was running. */
  readonly replaced?: RuntimeState;
};

/** Settings of a runtime. Absent settings keep their previous value or have a default. */
export interface LaunchSettings extends FaultSettings {
  readonly port?: number | undefined;
  readonly timeScale?: number | undefined;
  /** True to measure the usage that AWS would bill. */
  readonly metered?: boolean;
  /** True if it may stop itself when nothing is running. */
  readonly auto?: boolean;
}

/**
 * Returns the running runtime of the project in `root`, and starts one in the background if there is none. A runtime of another
 * build, or with other settings, is restarted; its orders continue from their last checkpoint. If several commands call this
 * concurrently, one starts the runtime and the others wait. Throws StoreError if the folder cannot be written, and StartError with
 * the runtime's log if it exits or does not listen within ten seconds. A running runtime is then still running.
 */
export async function ensureRuntime(
  root: string,
  settings: LaunchSettings = {},
): Promise<LaunchedState> {
  const running = await findRunning(root, settings);
  if (running) return { ...running, started: false };
  if (!lockStart(root)) return { ...(await waitUntilListening(root)), started: false };
  try {
    // Another process may have started it before this process acquired the lock.
    const current = await findRunning(root, settings);
    if (current) return { ...current, started: false };
    const isNew = !existsSync(join(stateDirectory(root), storeFile));
    return { ...(await restartRuntime(root, settings)), isNew };
  } finally {
    releaseStartLock(root);
  }
}

/** Returns the running runtime if it has this build and the requested settings. */
async function findRunning(
  root: string,
  settings: LaunchSettings,
): Promise<RuntimeState | undefined> {
  const state = readState(root);
  if (state?.build !== buildId() || !matchesSettings(state, settings)) return undefined;
  return (await isListening(state.url)) ? state : undefined;
}

/** Creates the state directory and acquires the lock for starting a runtime in it. Throws StoreError if it cannot be written. */
function lockStart(root: string): boolean {
  const directory = stateDirectory(root);
  try {
    createPrivateDirectory(directory);
    return acquireStartLock(root);
  } catch (error) {
    throw toStoreError(error, directory);
  }
}

/** Stops the running runtime, if there is one and another can start, and starts the other in the background. */
async function restartRuntime(root: string, settings: LaunchSettings): Promise<LaunchedState> {
  const { findOwner } = await loadOwnership();
  const current = await findOwner(root);
  // A runtime that was killed is started with its previous settings.
  const previous = current ?? readPreviousState(root);
  const options = toRuntimeOptions(root, settings, previous);
  if (!current) {
    removeState(root);
    return { ...(await launch(options)), started: true };
  }
  const isSamePort = String(options.port) === new URL(current.url).port;
  if (!isSamePort && !(await isPortFree(options.port))) throw portInUseError(options.port);
  const { checkStoreVersion } = await import('./store-check.ts');
  checkStoreVersion(stateDirectory(root));
  await stopRuntime(root);
  try {
    return { ...(await launch(options)), started: true, replaced: current };
  } catch (error) {
    // The orders continue with the settings that worked, and the user learns why the new ones did not.
    await launch(toRuntimeOptions(root, {}, current)).catch(() => undefined);
    throw error;
  }
}

const launch = (options: RuntimeOptions) => waitUntilListening(options.root, spawnRuntime(options));

function toRuntimeOptions(
  root: string,
  settings: LaunchSettings,
  previous: RuntimeState | undefined,
): RuntimeOptions {
  const { auto = true, metered = false } = settings;
  const previousPort = previous && Number(new URL(previous.url).port);
  return {
    root,
    port: settings.port ?? previousPort ?? defaultPort,
    mayMove: settings.port === undefined,
    auto,
    build: buildId(),
    metered,
    ...runtimeBehavior(settings, previous),
  };
}

/** Returns whether a runtime has the requested settings. If not, it is restarted, which loses nothing. */
function matchesSettings(state: RuntimeState, settings: LaunchSettings): boolean {
  if (Object.keys(settings).length === 0) return true;
  const { port } = settings;
  const samePort = port === undefined || new URL(state.url).port === String(port);
  return (
    samePort && isDeepStrictEqual(runtimeBehavior(settings, state), runtimeBehavior({}, state))
  );
}

/**
 * Returns the requested behavior of a runtime, with its previous behavior for absent settings. A change of the quotas resets the
 * conflict window to its default.
 */
function runtimeBehavior(settings: LaunchSettings, before: RuntimeState | undefined) {
  const enforceQuotas = settings.enforceQuotas ?? before?.enforceQuotas ?? false;
  const keepsWindow = enforceQuotas === (before?.enforceQuotas ?? false);
  return {
    timeScale: settings.timeScale ?? before?.timeScale ?? defaultTimeScale,
    enforceQuotas,
    enforceIam: settings.enforceIam ?? before?.enforceIam ?? true,
    conflictWindowMs:
      settings.conflictWindowMs ??
      (keepsWindow ? before?.conflictWindowMs : undefined) ??
      conflictWindow(enforceQuotas),
    inject: settings.inject ?? before?.inject ?? [],
  };
}

/**
 * Stops the runtime and waits until its process has exited. Returns false if none was running. The directory's lock decides this:
 * after a crash the process id may belong to another program.
 */
export async function stopRuntime(root: string): Promise<boolean> {
  const { findOwner, hasOwner } = await loadOwnership();
  const state = await findOwner(root);
  if (!state) {
    if (!hasOwner(root)) removeState(root);
    return false;
  }
  process.kill(state.pid, 'SIGTERM');
  for (let waited = 0; isAlive(state.pid); waited += 20) {
    if (waited > 5_000) process.kill(state.pid, 'SIGKILL');
    await sleep(20);
  }
  removeState(root, state.pid);
  return true;
}

/**
 * Runs the runtime as a child process that shares the terminal. Resolves with its exit code. Throws StartError if the project has a
 * runtime or if the port is taken.
 */
export async function runInForeground(root: string, settings: LaunchSettings): Promise<number> {
  const { findOwner } = await loadOwnership();
  const owner = await findOwner(root);
  if (owner) throw alreadyRunningError(owner.pid);
  const options = toRuntimeOptions(root, { ...settings, auto: false }, undefined);
  if (!options.mayMove && !(await isPortFree(options.port))) throw portInUseError(options.port);
  const child = startProcess(options, { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both processes. This process waits until the runtime has closed.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

/** Stops the runtime and deletes its state. Files of commands next to the state remain. */
export async function resetRuntime(root: string): Promise<void> {
  await stopRuntime(root);
  rmSync(stateDirectory(root), { recursive: true, force: true });
}

/** Advances the runtime's clock (ms). Returns false if no runtime is running. */
export async function advanceRuntime(root: string, ms: number): Promise<boolean> {
  const { findOwner } = await loadOwnership();
  const state = await findOwner(root);
  if (!state) return false;
  writeFileSync(join(stateDirectory(root), 'advance'), String(ms), { mode: 0o600 });
  process.kill(state.pid, 'SIGUSR2');
  return true;
}

/** Returns whether a server listens at a URL. A process id is not enough, because ids are reused. */
export function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const finish = (listens: boolean) => {
      socket.destroy();
      resolve(listens);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
