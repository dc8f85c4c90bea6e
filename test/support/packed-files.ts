import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { repository } from './project-files.ts';

/** What the package of orders contains. */
export interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

/** Lists the files of the package. Test files of one run share the list, because npm takes a second of processor time. */
export function listPacked(): Packed {
  const file = join(inject('sharedFolder'), 'packed.json');
  if (!existsSync(file)) {
    const argv = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, execFileSync('npm', argv, { cwd: repository }));
    renameSync(draft, file);
  }
  const [packed] = JSON.parse(readFileSync(file, 'utf8')) as [Packed];
  return packed;
}
