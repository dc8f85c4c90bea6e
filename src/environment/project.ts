import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Walks up from `from` to the first directory that `is` accepts. */
function walkUp(from: string, is: (directory: string) => boolean): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    if (is(directory)) return directory;
    if (dirname(directory) === directory) return undefined;
  }
}

/** The directory of the tool itself: where its package.json, bundles and template are. */
export function packageRoot(): string {
  const found = walkUp(import.meta.dirname, (directory) =>
    existsSync(join(directory, 'package.json')),
  );
  if (!found) throw new Error('the package.json of orders is missing');
  return found;
}

/** The project a command works on: the nearest directory above `from` that has one, else the tool's own. */
export function projectRoot(from: string): string {
  const isProject = (directory: string) =>
    existsSync(join(directory, 'orders.config.json')) ||
    (existsSync(join(directory, 'template.yaml')) && existsSync(join(directory, 'functions')));
  return walkUp(from, isProject) ?? packageRoot();
}

/** Reads a JSON file; `undefined` when it is absent or unreadable as JSON. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes a JSON file so that a concurrent reader sees the old or the new content, never half of it. */
export function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(draft, file);
}

/** Narrows an unknown value to an object that can be looked into. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
