import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { UserError } from '../user-error.ts';

/** Returns the nearest directory that `isMatch` accepts: `from` or one of its parents. */
function walkUp(from: string, isMatch: (directory: string) => boolean): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    if (isMatch(directory)) return directory;
    if (dirname(directory) === directory) return undefined;
  }
}

/** Returns the installation directory of `orders`, with its package.json, bundles and template. */
export function packageRoot(): string {
  const found = walkUp(import.meta.dirname, (directory) =>
    existsSync(join(directory, 'package.json')),
  );
  if (!found) throw new Error('the package.json of orders is missing');
  return found;
}

/** Whether the directory belongs to an installed package, which an update replaces. */
export const isInstalled = (directory: string): boolean =>
  directory.split(sep).includes('node_modules');

/**
 * Returns the root of the project that contains `from`: the nearest directory with a configuration, or with a template and
 * functions. Outside of any project it is `from` itself. Throws UserError (exit 3) if that is inside an installed package, whose
 * files do not survive its next update.
 */
export function projectRoot(from: string): string {
  const isProject = (directory: string) =>
    !isInstalled(directory) &&
    (existsSync(join(directory, 'orders.config.json')) ||
      (existsSync(join(directory, 'template.yaml')) && existsSync(join(directory, 'functions'))));
  const root = walkUp(from, isProject) ?? from;
  if (!isInstalled(root)) return root;
  throw new UserError(`"${root}" is inside an installed package.`, {
    hint: 'run orders in a directory of your own',
    exit: 3,
    code: 'InstalledPackage',
  });
}

/**
 * Returns the directory with the template and the functions that a project deploys: the project itself, or the package of
 * `orders` if the project has no functions of its own.
 */
export function deployableRoot(root: string): string {
  const hasFunctions = ['functions', 'dist/functions'].some((name) => existsSync(join(root, name)));
  return hasFunctions ? root : packageRoot();
}

/** Returns the content of a JSON file; undefined if the file is missing or is not valid JSON. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether the value is a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
