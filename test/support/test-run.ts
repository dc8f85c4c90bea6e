import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { stopRuntime } from '../../src/local/runtime/launch.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder that the test files of one run share. */
    readonly sharedFolder: string;
  }
}

/** Creates the folder that the test files share. Returns a function that stops its runtimes and deletes it after the run. */
export default function setup(run: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'orders-tests-'));
  run.provide('sharedFolder', folder);
  return async () => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) await stopRuntime(join(folder, entry.name));
    }
    rmSync(folder, { recursive: true, force: true });
  };
}
