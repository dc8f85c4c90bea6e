/** Entry point of the program. Prints the version itself and loads everything else only if it is needed. */
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const argv = process.argv.slice(2);
const others = argv.filter((argument) => argument !== '--version' && argument !== '-v');
if (others.length < argv.length && others.every((argument) => argument === '--json')) {
  const { version } = JSON.parse(readFileSync(`${import.meta.dirname}/../package.json`, 'utf8'));
  const data = { version, node: process.versions.node };
  const document = { v: 1, ok: true, data, warnings: [], meta: { ts: new Date().toISOString() } };
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'ENOSPC') return;
    process.stderr.write('✗ The output cannot be written: the disk is full.\n');
    process.exitCode = 7;
  });
  process.stdout.write(others.length > 0 ? `${JSON.stringify(document)}\n` : `${version}\n`);
} else {
  enableCompileCache(compileCacheFolder(import.meta.dirname));
  // Not awaited: if the reader closes the pipe early, Node would warn about an unsettled top-level await.
  void import('./program.ts').then(({ runProgram }) => runProgram(argv));
}

/**
 * Returns the folder of Node's compile cache for a build. An installed package is not changed, and is often read-only; a build is
 * replaced together with its cache.
 */
function compileCacheFolder(dist: string): string {
  if (!/[\\/]node_modules[\\/]/.test(dist)) return join(dist, 'compile-cache');
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'orders/compile-cache');
}
