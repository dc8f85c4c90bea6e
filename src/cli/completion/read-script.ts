import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCompletionTable } from './completion-table.ts';
import { buildCompletionScript, type Shell } from './scripts.ts';

/** Returns the completion script of a shell for the commands of the package in this folder. */
export function readCompletionScript(shell: Shell, packageRoot: string): string {
  const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8');
  const { topics } = JSON.parse(read('package.json')).oclif;
  const table = buildCompletionTable(JSON.parse(read('dist/commands.json')), topics);
  return buildCompletionScript(shell, { table, completer: read('dist/completer.awk') });
}
