import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

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

/** Returns the root of the project that contains `from`, or else the installation directory of `orders`. */
export function projectRoot(from: string): string {
  const isProject = (directory: string) =>
    existsSync(join(directory, 'orders.config.json')) ||
    (existsSync(join(directory, 'template.yaml')) && existsSync(join(directory, 'functions')));
  return walkUp(from, isProject) ?? packageRoot();
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
