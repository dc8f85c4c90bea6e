import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
/** The real program. */
export const program = join(repository, 'bin/orders');

/** A folder that is a project of its own: the template, and what is built from the sources. */
export function makeProject(): string {
  const root = mkdtempSync(join(tmpdir(), 'orders-project-'));
  cpSync(join(repository, 'template.yaml'), join(root, 'template.yaml'));
  for (const name of ['functions', 'dist']) symlinkSync(join(repository, name), join(root, name));
  return root;
}
