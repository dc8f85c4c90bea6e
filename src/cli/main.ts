/** Entry point of the program. Prints the version itself and loads everything else only if it is needed. */
import { readFileSync } from 'node:fs';

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
  // Not awaited: if the reader closes the pipe early, Node would warn about an unsettled top-level await.
  void import('./program.ts').then(({ runProgram }) => runProgram(argv));
}
