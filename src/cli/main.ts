/** The program's entry: answers `--version`, and loads the rest for anything else. */
import { readFileSync } from 'node:fs';

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
  const { version } = JSON.parse(readFileSync(`${import.meta.dirname}/../package.json`, 'utf8'));
  process.stdout.write(`${version}\n`);
} else {
  // Not awaited: when a reader goes away early, an unsettled await at the top would end the program with a warning.
  void import('./program.ts').then(({ runProgram }) => runProgram(argv));
}
