import type { Item, Value } from '../values.ts';
import type { Path } from './ast.ts';
import { attribute } from './paths.ts';

interface Node {
  /** Set where a path ends: the whole value is wanted. */
  whole: boolean;
  readonly children: Map<string | number, Node>;
}

/** The parts of an item that `paths` lead to; lists close up over what is left out. */
export function project(item: Item, paths: readonly Path[]): Item {
  if (paths.every((path) => path.length === 1)) {
    const result: Item = {};
    for (const [name] of paths) {
      const value = attribute(item, name as string);
      if (value) result[name as string] = value;
    }
    return result;
  }
  const root: Node = { whole: false, children: new Map() };
  for (const path of paths) add(root, path);
  return pickMap(item, root) ?? {};
}

function add(root: Node, path: Path): void {
  let node = root;
  for (const part of path) {
    let next = node.children.get(part);
    if (!next) {
      next = { whole: false, children: new Map() };
      node.children.set(part, next);
    }
    node = next;
  }
  node.whole = true;
}

function pick(value: Value, node: Node): Value | undefined {
  if (node.whole) return value;
  if (value.M) {
    const picked = pickMap(value.M, node);
    return picked && { M: picked };
  }
  if (!value.L) return undefined;
  const members: Value[] = [];
  const positions = [...node.children.keys()].filter((part) => typeof part === 'number');
  for (const position of positions.sort((a, b) => a - b)) {
    const [member, wanted] = [value.L[position], node.children.get(position)];
    const picked = member && wanted && pick(member, wanted);
    if (picked) members.push(picked);
  }
  return members.length > 0 ? { L: members } : undefined;
}

function pickMap(map: Item, node: Node): Item | undefined {
  const result: Item = {};
  let found = false;
  for (const [part, child] of node.children) {
    const value = typeof part === 'string' ? attribute(map, part) : undefined;
    const picked = value && pick(value, child);
    if (!picked) continue;
    result[part] = picked;
    found = true;
  }
  return found ? result : undefined;
}
