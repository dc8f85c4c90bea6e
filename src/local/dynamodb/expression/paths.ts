import { invalid } from '../errors.ts';
import type { Item, Value } from '../values.ts';
import type { Path } from './ast.ts';

/** An attribute by name; names such as `constructor` are not those of the JavaScript object. */
export function attribute(item: Item, name: string): Value | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

/** What a path without placeholders leads to in an item. */
export function resolve(item: Item, path: Path): Value | undefined {
  let value = attribute(item, path[0] as string);
  for (let at = 1; value && at < path.length; at += 1) value = child(value, path[at] as string);
  return value;
}

function child(value: Value, part: string | number): Value | undefined {
  return typeof part === 'number' ? value.L?.[part] : value.M && attribute(value.M, part);
}

/** Refuses paths of which one holds the other, or that disagree on what is a list and what a map. */
export function checkPaths(paths: readonly Path[]): void {
  for (const [at, two] of paths.entries()) {
    for (const one of paths.slice(0, at)) checkPair(one, two);
  }
}

function checkPair(one: Path, two: Path): void {
  const both = `must remove or rewrite one of these paths; path one: ${show(one)}, path two: ${show(two)}`;
  for (let at = 0; at < Math.min(one.length, two.length); at += 1) {
    if (typeof one[at] !== typeof two[at]) {
      throw invalid(`Two document paths conflict with each other; ${both}`);
    }
    if (one[at] !== two[at]) return;
  }
  throw invalid(`Two document paths overlap with each other; ${both}`);
}

/** A path as errors show it. */
export function show(path: Path): string {
  return `[${path.map((part) => (typeof part === 'number' ? `[${part}]` : part)).join(', ')}]`;
}
