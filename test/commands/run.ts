import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { vi } from 'vitest';
import { cachePath } from '../../src/environment/stack-outputs.ts';
import type { Target } from '../../src/environment/target.ts';
import { outputs } from '../orders/orders-table.ts';
import { testCredentials } from '../support/credentials.ts';

const home = process.cwd();

interface Runnable {
  run(argv: string[], options: { root: string }): Promise<unknown>;
}

/** Runs a command with the environment `fake`, whose stack is that of `target`. Returns its output and its exit code. */
export async function runCommand(command: Runnable, argv: readonly string[], target: Target) {
  const root = realpathSync(target.root);
  const { endpoint, environment } = target;
  const environments = { [environment.name]: { endpoint, stack: environment.stack } };
  writeFileSync(`${root}/orders.config.json`, JSON.stringify({ environments }));
  const of = [environment.region, environment.stack, '', endpoint].join(' ');
  const cache = cachePath(target, 'outputs.json');
  mkdirSync(dirname(cache), { recursive: true });
  writeFileSync(cache, JSON.stringify({ of, outputs }));
  vi.stubEnv('AWS_ACCESS_KEY_ID', testCredentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', testCredentials.secretAccessKey);
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += String(text);
      return true;
    });
  }
  process.chdir(root);
  try {
    await command.run([...argv, '--env', environment.name], { root: home });
    return { ...written, exitCode: process.exitCode ?? 0 };
  } finally {
    process.chdir(home);
    process.exitCode = 0;
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}
