import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  appendPrivateFile,
  securePrivateFiles,
  writePrivateFile,
} from '../../src/environment/private-files.ts';

const umask = process.umask();
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'private-'));
});
afterEach(() => {
  process.umask(umask);
  rmSync(root, { recursive: true });
});

/** Returns the modes of all files and folders under `.orders`, without repetitions. */
function listModes(): string[] {
  const modes = readdirSync(join(root, '.orders'), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isSymbolicLink())
    .map((entry) => lstatSync(join(entry.parentPath, entry.name)))
    .concat(lstatSync(join(root, '.orders')))
    .map((stats) => `${stats.isDirectory() ? 'd' : '-'}${(stats.mode & 0o777).toString(8)}`);
  return [...new Set(modes)].sort();
}

it.each(['000', '022', '077'])('belong to the current user alone with the umask %s', (mask) => {
  process.umask(Number.parseInt(mask, 8));
  writePrivateFile(join(root, '.orders', 'cache', 'local.seen'), 'x');
  writePrivateFile(join(root, '.orders', 'cache', 'local.seen'), 'y');
  appendPrivateFile(join(root, '.orders', 'cache', 'local.ids'), 'x');
  expect(listModes()).toEqual(['-600', 'd700']);
});

it.each(['', 'cache'])('are taken from other users after an older version: .orders/%s', (open) => {
  const folder = join(root, '.orders', 'cache');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'local.ids'), 'x');
  chmodSync(join(folder, 'local.ids'), 0o664);
  chmodSync(join(root, '.orders', open), 0o755);
  securePrivateFiles(root);
  expect(listModes()).toEqual(['-600', 'd700']);
});

it('are not followed through links', () => {
  const outside = join(root, 'outside');
  writeFileSync(outside, 'x');
  chmodSync(outside, 0o644);
  mkdirSync(join(root, '.orders'));
  chmodSync(join(root, '.orders'), 0o755);
  symlinkSync(outside, join(root, '.orders', 'cache'));
  securePrivateFiles(root);
  expect(lstatSync(outside).mode & 0o777).toBe(0o644);
});
