/** The runtime's process: `node runtime.js <options as JSON>`. Started by `launch.ts`, in the background or not. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrafficSettings } from './fault-injection/request-gate.ts';
import { startRuntime } from './runtime.ts';
import { readState, removeState, stateDirectory, writeState } from './state-file.ts';
import { claimDirectory } from './store/directory-lock.ts';
import { StoreError } from './store/store-error.ts';

export interface RuntimeOptions extends TrafficSettings {
  readonly root: string;
  readonly port: number;
  readonly timeScale: number;
  /** Started by a command's first use: it stops itself after `idleMinutes` with nothing running. */
  readonly auto: boolean;
  readonly build: string;
  readonly metered?: boolean;
}

const preferredPort = 4510;
const idleMinutes = 15;
/** How long, and how often, a directory is asked for that another process holds, ms. */
const claimPatienceMs = 3000;
const claimPauseMs = 50;
/** How long it may take to put everything away, ms. */
const closingMs = 3000;

const options = JSON.parse(process.argv[2] ?? '{}') as RuntimeOptions;
await main(options).catch((error: unknown) => fail(options.root, error));

async function main({
  root,
  port,
  timeScale,
  auto,
  build,
  metered = false,
  enforceQuotas,
  inject,
}: RuntimeOptions): Promise<void> {
  const traffic = { enforceQuotas, inject };
  if (!(await claim(root))) {
    const pid = readState(root)?.pid ?? 'starting';
    process.stderr.write(`A runtime of this project is already running (pid ${pid}).\n`);
    process.exitCode = 6;
    return;
  }
  const runtime = await onFirstFreePort(port, (free) =>
    startRuntime({
      directory: stateDirectory(root),
      port: free,
      timeScale,
      metered,
      traffic,
      onBroken: (error) => fail(root, error),
    }),
  );
  writeState(root, {
    url: runtime.url,
    pid: process.pid,
    startedAt: Date.now(),
    timeScale,
    build,
    ...traffic,
  });
  process.stdout.write(`orders runtime: ${runtime.url} (pid ${process.pid}, time ×${timeScale})\n`);

  let closing = false;
  const stop = async () => {
    if (closing) process.exit(130);
    closing = true;
    removeState(root);
    // What was acknowledged is on disk: nothing that does not let go keeps the claim of the directory.
    setTimeout(() => process.exit(0), closingMs);
    await runtime.close();
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
 * Whether the project's directory is this process's now. One that was killed holds it until the last of its threads has
 * ended, which is a moment after it seems dead; one that runs, or comes up meanwhile, keeps it.
 */
async function claim(root: string): Promise<boolean> {
  for (let waited = 0; !claimDirectory(stateDirectory(root)); waited += claimPauseMs) {
    if (readState(root) || waited >= claimPatienceMs) return false;
    await sleep(claimPauseMs);
  }
  return true;
}

/** Ends at once: what is in memory is worth nothing any more, and what was acknowledged is on disk. */
function fail(root: string, error: unknown): never {
  const known = error instanceof StoreError;
  process.stderr.write(`${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
  if (readState(root)?.pid === process.pid) removeState(root);
  process.exit(1);
}

/** The preferred port, or the next free one; a port that was asked for is taken or refused. */
async function onFirstFreePort<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  if (port !== preferredPort) return start(port);
  for (let candidate = port; candidate < port + 20; candidate += 1) {
    try {
      return await start(candidate);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  return start(0);
}

/** `orders local advance` leaves the milliseconds in a file and signals. */
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
