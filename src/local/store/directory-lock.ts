import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { toStoreError } from './store-error.ts';

/** SQLite's result code for a locked database. */
const sqliteBusy = 5;

/** References to open locks. Without them, garbage collection would close a database and release its lock. */
const heldLocks = new Set<DatabaseSync>();

/**
 * Locks a runtime's directory for this process. Returns undefined if another process has the lock. It is a lock of the operating
 * system, taken through SQLite: it ends with its process, even after a crash, and does not depend on process ids, which are
 * reused. Throws a StoreError if the directory cannot be written.
 */
export function lockDirectory(directory: string): { release(): void } | undefined {
  const path = join(directory, 'lock');
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const lock = new DatabaseSync(path, { timeout: 0 });
    db = lock;
    lock.exec('begin exclusive');
    heldLocks.add(lock);
    return {
      release() {
        heldLocks.delete(lock);
        lock.close();
      },
    };
  } catch (error) {
    db?.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy) return undefined;
    throw toStoreError(error, path);
  }
}

/**
 * Returns whether a process has locked the directory, which must have a lock file. Changes no file: a process that holds the lock
 * refuses readers too. Throws a StoreError if the lock file cannot be read.
 */
export function isLocked(directory: string): boolean {
  const path = join(directory, 'lock');
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 0 });
    db.prepare('select count(*) from sqlite_master').get();
    return false;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === sqliteBusy) return true;
    throw toStoreError(error, path);
  } finally {
    db?.close();
  }
}
