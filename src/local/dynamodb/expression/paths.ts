import { invalid } from '../errors.ts';
import { type Item, readAttribute, type Value } from '../values.ts';
import type { Path } from './ast.ts';

/** Returns the value at a path without placeholders; undefined if there is none. */
export function resolvePath(item: Item, path: Path): Value | undefined {
  let value = readAttribute(item, path[0] as string);
  for (let index = 1; value && index < path.length; index += 1) {
    value = readChild(value, path[index] as string);
  }
  return value;
}

function readChild(value: Value, part: string | number): Value | undefined {
  return typeof part === 'number' ? value.L?.[part] : value.M && readAttribute(value.M, part);
}

/** Throws ValidationException if one path contains another, or if one uses as a list what another uses as a map. */
export function checkPaths(paths: readonly Path[]): void {
  for (const [index, two] of paths.entries()) {
    for (const one of paths.slice(0, index)) checkPair(one, two);
  }
}

function checkPair(one: Path, two: Path): void {
  const advice = `must remove or rewrite one of these paths; path one: ${formatPath(one)}, path two: ${formatPath(two)}`;
  for (let index = 0; index < Math.min(one.length, two.length); index += 1) {
    if (typeof one[index] !== typeof two[index]) {
      throw invalid(`Two document paths conflict with each other; ${advice}`);
    }
    if (one[index] !== two[index]) return;
  }
  throw invalid(`Two document paths overlap with each other; ${advice}`);
}

/** Returns a path in the format of error messages. */
export function formatPath(path: Path): string {
  return `[${path.map((part) => (typeof part === 'number' ? `[${part}]` : part)).join(', ')}]`;
}
