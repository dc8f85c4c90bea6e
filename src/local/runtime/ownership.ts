/** Detects that a runtime lost its state directory, and finds the runtime that owns one. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLocked } from '../store/directory-lock.ts';
import {
  type RuntimeState,
  readPreviousState,
  readState,
  stateDirectory,
  writeState,
} from './state-file.ts';

/** Interval at which a runtime checks that it still owns its directory (ms). */
const checkIntervalMs = 300;
/** Time within which the owner of a directory writes its state: it may be starting, or its state was deleted (ms). */
const maxStateWaitMs = 3_000;
const statePollMs = 25;

/** Returns the identity of a directory's lock file; undefined if there is none. */
function identifyLock(root: string): string | undefined {
  const found = statSync(join(stateDirectory(root), 'lock'), { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

export interface Ownership {
  /** Returns whether the directory still has the lock that this process took. */
  isOwner(): boolean;
  /** Keeps the state file up to date, restores it if it is missing, and calls `onLost` once if the directory was deleted or replaced. */
  watch(state: () => RuntimeState, onLost: () => void): void;
  close(): void;
}

/** Returns the ownership of a directory that this process has just locked. */
export function claimOwnership(root: string): Ownership {
  const lock = identifyLock(root);
  const isOwner = () => {
    try {
      return lock !== undefined && identifyLock(root) === lock;
    } catch {
      // A disk that does not respond is no proof of another owner.
      return true;
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const close = () => clearInterval(timer);
  return {
    isOwner,
    close,
    watch(state, onLost) {
      timer = setInterval(() => {
        if (isOwner()) return restoreState(root, state());
        close();
        onLost();
      }, checkIntervalMs);
      timer.unref();
    },
  };
}

/** Writes the state again if it changed, or if its file was deleted or belongs to a runtime that lost the directory. */
function restoreState(root: string, state: RuntimeState): void {
  const written = readPreviousState(root);
  if (written?.pid === state.pid && written.latestRecordAt === state.latestRecordAt) return;
  try {
    writeState(root, state);
  } catch {
    // The disk may be full or read-only. The next check repeats it.
  }
}

/**
 * Returns the state of the runtime that owns the project's directory, or undefined if there is none. The directory's lock decides:
 * the state file may be missing, or may name a process id that was reused. Waits for a runtime that is starting.
 */
export async function findOwner(root: string): Promise<RuntimeState | undefined> {
  for (let waited = 0; hasOwner(root); waited += statePollMs) {
    const state = readState(root);
    if (state || waited >= maxStateWaitMs) return state;
    await sleep(statePollMs);
  }
  return undefined;
}

/** Returns whether a process has locked the project's directory. Creates no file. */
export function hasOwner(root: string): boolean {
  const directory = stateDirectory(root);
  if (!existsSync(join(directory, 'lock'))) return false;
  try {
    return isLocked(directory);
  } catch {
    // In a read-only folder the lock cannot be tested.
    return readState(root) !== undefined;
  }
}
