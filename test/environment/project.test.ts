import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deployableRoot, packageRoot, projectRoot } from '../../src/environment/project.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orders-root-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Creates files and folders (names that end with `/`) and returns the path of the first. */
function put(...paths: string[]): string {
  for (const path of paths) {
    const file = join(folder, path);
    mkdirSync(path.endsWith('/') ? file : join(file, '..'), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(file, '{}');
  }
  return join(folder, (paths[0] ?? '').replace(/\/$/, ''));
}

it.each([
  ['orders.config.json', ['shop/orders.config.json']],
  ['template and functions', ['shop/template.yaml', 'shop/functions/']],
])('finds the project with %s from its folders and its packages', (_, files) => {
  put(...files);
  for (const inside of ['shop/', 'shop/src/deep/', 'shop/node_modules/some-package/']) {
    expect(projectRoot(put(inside))).toBe(join(folder, 'shop'));
  }
});

it('takes the current folder outside of any project, also beside foreign templates and functions', () => {
  for (const [name, ...files] of [['empty/'], ['a/', 'a/template.yaml'], ['b/', 'b/functions/']]) {
    const current = put(name as string, ...files);
    expect(projectRoot(current)).toBe(current);
  }
});

it.each(['lib/node_modules/@lambda-orders/cli/', 'lib/node_modules/cli/docs/'])(
  'refuses to store data in %s',
  (path) => {
    const current = put(path, 'lib/node_modules/@lambda-orders/cli/template.yaml');
    put('lib/node_modules/@lambda-orders/cli/functions/');
    expect(() => projectRoot(current)).toThrow(/is inside an installed package/);
  },
);

it('deploys the functions of a project, or the functions of orders if it has none', () => {
  expect(deployableRoot(put('empty/'))).toBe(packageRoot());
  expect(deployableRoot(put('configured/', 'configured/orders.config.json'))).toBe(packageRoot());
  for (const [name, file] of [
    ['sources/', 'sources/functions/'],
    ['built/', 'built/dist/functions/'],
  ] as const) {
    const project = put(name, file);
    expect(deployableRoot(project)).toBe(project);
  }
});
