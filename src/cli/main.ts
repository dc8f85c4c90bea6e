/** Entry point of the program. Prints the version itself and loads everything else only if it is needed. */
import { readFileSync } from 'node:fs';

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
  const { version } = JSON.parse(readFileSync(`${import.meta.dirname}/../package.json`, 'utf8'));
  process.stdout.write(`${version}\n`);
} else {
  // Not awaited: if the reader closes the pipe early, Node would warn about an unsettled top-level await.
  void import('./program.ts').then(({ runProgram }) => runProgram(argv));
}
