import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRuntime } from '../../src/local/runtime/runtime.ts';

type Options = Partial<Parameters<typeof startRuntime>[0]>;

/**
 * Starts a runtime with a directory of its own. Returns it with the settings of an SDK client for it, and a function that closes it
 * and deletes the directory.
 */
export async function startClientRuntime(options: Options = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'runtime-'));
  const runtime = await startRuntime({ directory, port: 0, timeScale: 1, ...options });
  const { url: endpoint, credentials } = runtime;
  return {
    runtime,
    settings: { endpoint, credentials, region: 'us-east-2', maxAttempts: 1 },
    async close(): Promise<void> {
      await runtime.close();
      rmSync(directory, { recursive: true });
    },
  };
}
