import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
/** Path of the real CLI. */
export const program = join(repository, 'bin/orders');

/** Creates a project folder with the template of a checkout and links to its built functions. Returns its path. */
export function makeProject(checkout = repository, parent = tmpdir()): string {
  const root = mkdtempSync(join(parent, 'orders-project-'));
  cpSync(join(checkout, 'template.yaml'), join(root, 'template.yaml'));
  for (const name of ['functions', 'dist']) symlinkSync(join(checkout, name), join(root, name));
  return root;
}

const small = 'export const handler = async () => ({ statusCode: 404 });\n';

/**
 * Creates a project like `makeProject` whose functions are one line each, for tests of deployments without orders: packing and unpacking
 * takes most of the time of a deployment. The functions respond like an API without orders, which the check of a deployment expects, and
 * have the record of the bundled SDK.
 */
export function makeProjectOfSmallFunctions(): string {
  const root = makeProject();
  rmSync(join(root, 'dist'));
  for (const name of readdirSync(join(repository, 'dist/functions'))) {
    const directory = join(root, 'dist/functions', name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'index.mjs'), small);
    const record = join(repository, 'dist/functions', name, 'bundle.json');
    if (existsSync(record)) cpSync(record, join(directory, 'bundle.json'));
  }
  return root;
}
