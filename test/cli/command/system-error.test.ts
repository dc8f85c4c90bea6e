import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeSystemError } from '../../../src/cli/command/system-error.ts';

const systemError = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code}: reason`), { code, syscall: 'open', ...more });

it('names the file without permission and the fix', () => {
  expect(describeSystemError(systemError('EACCES', { path: '/shop/a.json' }))).toEqual({
    code: 'FileAccess',
    message: '/shop/a.json cannot be used: permission denied.',
    hint: ['change the permissions of /shop, or use another folder'],
    exit: 3,
  });
});

it('reports a full disk, also if the system names no file, and the copy instead of its source', () => {
  expect(describeSystemError(systemError('ENOSPC'))).toMatchObject({
    code: 'DiskFull',
    message: 'A file cannot be written: the disk is full.',
    exit: 7,
  });
  const copy = { path: '/package/a', dest: '/shop/a' };
  expect(describeSystemError(systemError('ENOSPC', copy))?.message).toContain('/shop/a');
});

it('leaves other errors alone: errors of requests and of missing files, and values that are not errors', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orders-error-'));
  writeFileSync(join(folder, 'a'), '');
  let missing: unknown;
  try {
    copyFileSync(join(folder, 'b'), join(folder, 'c'));
  } catch (error) {
    missing = error;
  }
  for (const error of [systemError('EACCES'), missing, undefined, 'text']) {
    expect(describeSystemError(error)).toBeUndefined();
  }
  rmSync(folder, { recursive: true });
});
