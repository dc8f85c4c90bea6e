/** The program. Everything that is not needed by every command is loaded later. */
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../target/project.ts';
import { endOnBrokenPipe, obeyNoColor } from './terminal.ts';

async function main(argv: string[]): Promise<void> {
  obeyNoColor(process.env);
  const root = packageRoot();
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    process.stdout.write(`${version}\n`);
    return;
  }
  enableCompileCache();
  endOnBrokenPipe(() => {});
  const { run } = await import('./run.ts');
  try {
    await run(argv, { root });
  } catch (error) {
    const { exitOfOclif } = await import('./json.ts');
    if (exitOfOclif(error) === 0) return;
    const { reportError } = await import('./base-command.ts');
    reportError(error, argv);
  }
}

await main(process.argv.slice(2));
