import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder that the test files of one run share. */
    readonly sharedFolder: string;
  }
}

/** Creates the folder that the test files share. Returns a function that deletes it after the run. */
export default function setup(run: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'orders-tests-'));
  run.provide('sharedFolder', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
