/** Files under `.orders`. They contain orders and keys, so only the current user may read them, for every umask. */
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const folderMode = 0o700;
const fileMode = 0o600;

/** Permission bits of other users. */
const othersBits = 0o077;

/** Writes a file atomically: a concurrent reader gets either the old or the new content. Creates its folder. */
export function writePrivateFile(file: string, text: string): void {
  makePrivateFolder(dirname(file));
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: fileMode });
  renameSync(draft, file);
}

/** Appends to a file. Creates it and its folder. */
export function appendPrivateFile(file: string, text: string): void {
  makePrivateFolder(dirname(file));
  appendFileSync(file, text, { mode: fileMode });
}

/** Creates a folder and its parents, or takes the permissions of other users from an existing folder. */
function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: folderMode });
  if (isOpenToOthers(folder)) chmodSync(folder, folderMode);
}

/** Takes the permissions of other users from the project's `.orders`, if an older version or another program gave them any. */
export function securePrivateFiles(root: string): void {
  const folder = join(root, '.orders');
  try {
    const folders = [folder, ...['local', 'cache', 'runs'].map((name) => join(folder, name))];
    if (folders.some(isOpenToOthers)) secureTree(folder);
  } catch (error) {
    // Another user's folder, a read-only one or a file in its place cannot be changed. Commands that need the folder report it.
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EPERM', 'EACCES', 'EROFS', 'ENOENT', 'ENOTDIR'].includes(code)) throw error;
  }
}

/** Secures a folder before its content, so that nobody else can open a file meanwhile. Links are not followed. */
function secureTree(folder: string): void {
  if (isOpenToOthers(folder)) chmodSync(folder, folderMode);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) secureTree(path);
    else if (entry.isFile() && isOpenToOthers(path)) chmodSync(path, fileMode);
  }
}

function isOpenToOthers(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isSymbolicLink() && (stats.mode & othersBits) !== 0;
}
