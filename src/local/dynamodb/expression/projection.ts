import { type Item, readAttribute, setAttribute, type Value } from '../values.ts';
import type { Path } from './ast.ts';

/** A node in the tree of all paths of a projection. */
interface Node {
  /** True at the end of a path: selects the whole value. */
  whole: boolean;
  readonly children: Map<string | number, Node>;
}

/** Returns the parts of an item at `paths`. Lists keep only the selected members, without gaps. */
export function project(item: Item, paths: readonly Path[]): Item {
  if (paths.every((path) => path.length === 1)) {
    const result: Item = {};
    for (const [name] of paths) {
      const value = readAttribute(item, name as string);
      if (value) setAttribute(result, name as string, value);
    }
    return result;
  }
  const root: Node = { whole: false, children: new Map() };
  for (const path of paths) addPath(root, path);
  return pickMap(item, root) ?? {};
}

function addPath(root: Node, path: Path): void {
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
    const [member, child] = [value.L[position], node.children.get(position)];
    const picked = member && child && pick(member, child);
    if (picked) members.push(picked);
  }
  return members.length > 0 ? { L: members } : undefined;
}

function pickMap(map: Item, node: Node): Item | undefined {
  const result: Item = {};
  for (const [part, child] of node.children) {
    if (typeof part !== 'string') continue;
    const value = readAttribute(map, part);
    const picked = value && pick(value, child);
    if (picked) setAttribute(result, part, picked);
  }
  return Object.keys(result).length > 0 ? result : undefined;
}
