import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDirectory } from './state-file.ts';

/** Age at which a lock belongs to a process that crashed (ms). */
const maxAgeMs = 10_000;

/**
 * Returns whether this process may start the runtime. Another process that is starting it holds the lock. Throws the system's
 * error if the folder cannot be written.
 */
export function acquireStartLock(root: string): boolean {
  const lock = startLockPath(root);
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // A full disk lets the file be created but not written.
    if (code === 'ENOSPC' || code === 'EDQUOT') releaseStartLock(root);
    if (code !== 'EEXIST') throw error;
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age < maxAgeMs) return false;
    releaseStartLock(root);
    return acquireStartLock(root);
  }
}

/** Allows another process to start the runtime. */
export function releaseStartLock(root: string): void {
  rmSync(startLockPath(root), { force: true });
}

function startLockPath(root: string): string {
  return join(stateDirectory(root), 'starting');
}
