import { accessSync, chmodSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Creates a directory that only its owner can use. If it exists, removes the permissions of others. */
export function createPrivateDirectory(directory: string): void {
  checkWritable(directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  restrictMode(directory, 0o700);
}

/** Throws the error of a folder that cannot be written. On a read-only disk, `mkdirSync` reports instead that the folder does not exist. */
function checkWritable(directory: string): void {
  if (existsSync(directory)) accessSync(directory, constants.W_OK);
  else if (dirname(directory) !== directory) checkWritable(dirname(directory));
}

/** Removes the permissions of a file or directory that exceed `mode`. */
export function restrictMode(path: string, mode: number): void {
  const current = statSync(path).mode & 0o777;
  if ((current & ~mode) !== 0) chmodSync(path, current & mode);
}
