import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { asStoreError } from './store-error.ts';

const busy = 5;

/** A claim that was forgotten about would go with the next garbage collection. */
const held = new Set<DatabaseSync>();

/**
 * Claims a runtime's directory for this process; undefined when another one holds it. The claim is a lock of the operating
 * system, by way of SQLite: it goes with its process however that ends, and no process number can pass for it. Throws a
 * StoreError when the directory cannot be written.
 */
export function claimDirectory(directory: string): { release(): void } | undefined {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'lock');
  let db: DatabaseSync | undefined;
  try {
    const claimed = new DatabaseSync(path, { timeout: 0 });
    db = claimed;
    claimed.exec('begin exclusive');
    held.add(claimed);
    return {
      release() {
        held.delete(claimed);
        claimed.close();
      },
    };
  } catch (error) {
    db?.close();
    if ((error as { errcode?: number }).errcode === busy) return undefined;
    throw asStoreError(error, path);
  }
}

/** Whether a process holds the directory. */
export function isClaimed(directory: string): boolean {
  const claim = claimDirectory(directory);
  claim?.release();
  return claim === undefined;
}
