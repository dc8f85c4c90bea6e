import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
/** Path of the real CLI. */
export const program = join(repository, 'bin/orders');

/** Creates a project folder with the template of a checkout and links to its built functions. Returns its path. */
export function makeProject(checkout = repository): string {
  const root = mkdtempSync(join(tmpdir(), 'orders-project-'));
  cpSync(join(checkout, 'template.yaml'), join(root, 'template.yaml'));
  for (const name of ['functions', 'dist']) symlinkSync(join(checkout, name), join(root, name));
  return root;
}
