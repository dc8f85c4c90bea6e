import { chmodSync, mkdirSync, statSync } from 'node:fs';

/** Creates a directory that only its owner can use. If it exists, removes the permissions of others. */
export function createPrivateDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  restrictMode(directory, 0o700);
}

/** Removes the permissions of a file or directory that exceed `mode`. */
export function restrictMode(path: string, mode: number): void {
  const current = statSync(path).mode & 0o777;
  if ((current & ~mode) !== 0) chmodSync(path, current & mode);
}
