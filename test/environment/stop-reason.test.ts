import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readStopReason } from '../../src/environment/local-runtime.ts';
import { stateDirectory } from '../../src/local/runtime/state-file.ts';
import { lockDirectory } from '../../src/local/store/directory-lock.ts';

it('returns why a local runtime stopped, but not while it runs', async () => {
  const root = mkdtempSync(join(tmpdir(), 'orders-stop-'));
  const directory = stateDirectory(root);
  mkdirSync(directory, { recursive: true });
  const log = (text: string) => writeFileSync(join(directory, 'runtime.log'), text);
  const started = 'orders runtime: http://127.0.0.1:4510 (pid 1, time ×60)\n';
  const full = 'The store state.sqlite cannot grow: the disk is full.';
  log(`${started}${full}\n`);
  expect(await readStopReason(root)).toBe(full);
  log(started);
  expect(await readStopReason(root)).toBe('');
  const lock = lockDirectory(directory);
  expect(await readStopReason(root)).toBeUndefined();
  lock?.release();
  rmSync(root, { recursive: true });
});
