/** Entry point of the runtime's process: `node runtime.js <options as JSON>`. `launch.ts` starts it. */
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultSettings } from '../fault-injection/request-gate.ts';
import { lockDirectory } from '../store/directory-lock.ts';
import { isStoreFailure, StoreError, toStoreError } from '../store/store-error.ts';
import { claimOwnership } from './ownership.ts';
import { startRuntime } from './runtime.ts';
import {
  alreadyRunningError,
  conflictExitCode,
  portInUseError,
  StartError,
  startedPrefix,
} from './start-error.ts';
import {
  type RuntimeState,
  readState,
  removeState,
  stateDirectory,
  storeFile,
  writeState,
} from './state-file.ts';

/** Options of the runtime's process. */
export interface RuntimeOptions extends FaultSettings {
  readonly root: string;
  readonly port: number;
  /** Whether another port may be used if this one is taken. */
  readonly mayMove: boolean;
  readonly timeScale: number;
  /** True if a command started it on first use. It stops itself when nothing has been running for `idleMinutes`. */
  readonly auto: boolean;
  readonly build: string;
  readonly metered?: boolean;
}

/** Number of ports that are tried if the preferred one is taken. Afterwards the system chooses. */
const portAttempts = 20;
const idleMinutes = 15;
/** How long, and at which interval, to retry a lock that another process holds (ms). */
const lockTimeoutMs = 3000;
const lockRetryMs = 50;
/** Time after which the process exits even if it could not close everything (ms). */
const closeTimeoutMs = 3000;

// The store and its logs contain orders and keys. SQLite creates its files with the modes that the umask leaves.
process.umask(0o077);
const options = JSON.parse(process.argv[2] ?? '{}') as RuntimeOptions;
await main(options).catch((error: unknown) => exitWithError(options.root, error));

async function main({
  root,
  port,
  mayMove,
  timeScale,
  auto,
  build,
  metered = false,
  enforceQuotas,
  enforceIam,
  conflictWindowMs,
  inject,
}: RuntimeOptions): Promise<void> {
  const faults = { enforceQuotas, enforceIam, conflictWindowMs, inject };
  const lock = await lockWithRetry(root);
  if (!lock) throw alreadyRunningError(readState(root)?.pid);
  const ownership = claimOwnership(root);
  // The state of a runtime that was killed may name a process id that is in use again.
  removeState(root);
  const runtime = await startOnFreePort({ port, mayMove }, (free) =>
    startRuntime({
      directory: stateDirectory(root),
      port: free,
      timeScale,
      metered,
      faults,
      onBroken: (error) => exitWithError(root, error),
    }),
  );
  const startedAt = Date.now();
  const describeState = (): RuntimeState => ({
    url: runtime.url,
    pid: process.pid,
    startedAt,
    timeScale,
    build,
    latestRecordAt: runtime.latestRecordAt(),
    ...faults,
  });
  writeState(root, describeState());
  ownership.watch(describeState, () => {
    process.stderr.write(
      `${stateDirectory(root)} was deleted or replaced: this runtime (pid ${process.pid}) ends and changes no file.\n`,
    );
    process.exit(conflictExitCode);
  });
  process.stdout.write(`${startedPrefix}${runtime.url} (pid ${process.pid}, time ×${timeScale})\n`);
  // Saved at the exit, the code would be of no use: a deployment changes a flag of V8, which compiled code must match.
  flushCompileCache();

  let closing = false;
  const stop = async () => {
    if (closing) process.exit(130);
    closing = true;
    ownership.close();
    if (ownership.isOwner()) removeState(root, process.pid);
    // All acknowledged data is on disk, so that the exit loses nothing. It releases the lock even if something cannot be closed.
    setTimeout(() => process.exit(0), closeTimeoutMs);
    await runtime.close();
    if (ownership.isOwner()) lock.release();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  process.on('SIGUSR2', () => advance(root, (ms) => runtime.advance(ms)));
  if (auto)
    stopWhenIdle(
      () => runtime.isBusy(),
      () => void stop(),
    );
}

/**
 * Locks the project's directory; returns undefined if another runtime has it. A killed process holds its lock until its last thread has
 * ended, a moment after it seems to have exited, which is why the lock is retried.
 */
async function lockWithRetry(root: string): Promise<ReturnType<typeof lockDirectory>> {
  for (let waited = 0; ; waited += lockRetryMs) {
    const lock = lockDirectory(stateDirectory(root));
    if (lock || readState(root) || waited >= lockTimeoutMs) return lock;
    await sleep(lockRetryMs);
  }
}

/** Prints an error and exits at once. All acknowledged data is on disk. */
function exitWithError(root: string, cause: unknown): never {
  const store = join(stateDirectory(root), storeFile);
  const error = isStoreFailure(cause) ? toStoreError(cause, store) : cause;
  const known = error instanceof StoreError || error instanceof StartError;
  process.stderr.write(`${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
  removeState(root, process.pid);
  process.exit(error instanceof StartError ? conflictExitCode : 1);
}

/** Starts on the port. If the port is taken and the runtime may move, starts on the next free port. Throws StartError if the port is taken. */
async function startOnFreePort<T>(
  { port, mayMove }: Pick<RuntimeOptions, 'port' | 'mayMove'>,
  start: (port: number) => Promise<T>,
): Promise<T> {
  const attempts = mayMove ? portAttempts : 1;
  for (let candidate = port; candidate < port + attempts; candidate += 1) {
    try {
      return await start(candidate);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (!mayMove) throw portInUseError(port);
    }
  }
  return start(0);
}

/** Advances the clock by the milliseconds that `orders local advance` wrote to a file before its signal. */
function advance(root: string, jump: (ms: number) => void): void {
  const ms = Number(readFileSync(`${stateDirectory(root)}/advance`, 'utf8'));
  if (Number.isFinite(ms) && ms > 0) jump(ms);
}

function stopWhenIdle(isBusy: () => boolean, stop: () => void): void {
  let idleSince = Date.now();
  setInterval(() => {
    if (isBusy()) idleSince = Date.now();
    else if (Date.now() - idleSince > idleMinutes * 60_000) stop();
  }, 30_000).unref();
}
