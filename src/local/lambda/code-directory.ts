import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { unpackArchive } from './code-archive.ts';

/**
 * Unpacked code of functions, outside the project. Node looks for `node_modules` and for the module type in all parent folders, so
 * code below the project could import the project's packages and would inherit its module type. On AWS, code has neither.
 */
export class CodeDirectory {
  readonly #stateDirectory: string;
  #path: string | undefined;

  /** `stateDirectory`: folder of the runtime's state; two runtimes never share it. */
  constructor(stateDirectory: string) {
    this.#stateDirectory = stateDirectory;
  }

  /** Returns the folder of the unpacked archive with this hash. Unpacks the archive on the first call. */
  unpack(sha: string, readArchive: () => Uint8Array): string {
    this.#path ??= createDirectory(this.#stateDirectory);
    const root = join(this.#path, sha);
    if (existsSync(root)) return root;
    const partial = `${root}.partial`;
    rmSync(partial, { recursive: true, force: true });
    unpackArchive(readArchive(), partial);
    renameSync(partial, root);
    return root;
  }

  /** Removes all unpacked code. */
  remove(): void {
    if (this.#path !== undefined) rmSync(this.#path, { recursive: true, force: true });
    this.#path = undefined;
  }
}

/**
 * Returns a new, empty folder that only this user can read. Its name depends only on the state directory: the compile cache
 * stays valid, and the next runtime replaces the folder of a runtime that was killed.
 */
function createDirectory(stateDirectory: string): string {
  const hash = createHash('sha256').update(stateDirectory).digest('hex').slice(0, 12);
  const path = join(findIsolatedFolder(), `orders-local-${userInfo().uid}-${hash}`);
  const existing = lstatSync(path, { throwIfNoEntry: false });
  if (existing && (!existing.isDirectory() || existing.uid !== userInfo().uid)) {
    throw new Error(`${path} belongs to another user. Remove it, or set TMPDIR to another folder.`);
  }
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { mode: 0o700 });
  // Node stops here when it looks for the module type of a `.js` file.
  writeFileSync(join(path, 'package.json'), '{}\n');
  return path;
}

/** Returns the first folder from which Node finds no package and no package.json. */
function findIsolatedFolder(): string {
  const candidates = [tmpdir(), '/var/tmp', join(homedir(), '.cache')];
  const isolated = candidates.find((folder) => existsSync(folder) && isIsolated(folder));
  if (isolated !== undefined) return realpathSync(isolated);
  throw new Error(
    `The code of functions needs a folder without node_modules above it, which none of ${candidates.join(', ')} is. Set TMPDIR to such a folder.`,
  );
}

function isIsolated(folder: string): boolean {
  let path = realpathSync(folder);
  for (;;) {
    if (existsSync(join(path, 'node_modules')) || existsSync(join(path, 'package.json'))) {
      return false;
    }
    const parent = dirname(path);
    if (parent === path) return true;
    path = parent;
  }
}
