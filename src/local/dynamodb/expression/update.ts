import { invalid } from '../errors.ts';
import { addNumbers, checkLevels, type Item, setAttribute, typeOf, type Value } from '../values.ts';
import type { Action, Assigned, Path } from './ast.ts';
import type { Bindings, Bound } from './bindings.ts';
import { resolvePath } from './paths.ts';

/** Returns a copy of `item` with a checked update applied. All operands are read from the original item. */
export function applyUpdate({ tree, bindings }: Bound<Action[]>, item: Item): Item {
  const steps = tree.map((action) => {
    const path = bindings.path(action.path);
    return { action, path, value: evaluateAction(action, { item, bindings, path }) };
  });
  const result = copyItem(item, new Set(steps.map(({ path }) => path[0])));
  const removals: Path[] = [];
  for (const { action, path, value } of steps) {
    if (value) assign(result, path, value);
    else if (action.kind !== 'ADD') removals.push(path);
  }
  // Removes list members from the end: a removal shifts all later members.
  removals.sort(compareForRemoval);
  for (const path of removals) remove(result, path);
  return result;
}

/** Returns a copy of the item. Only the attributes that change are copied deeply. */
function copyItem(item: Item, changing: ReadonlySet<Path[number] | undefined>): Item {
  const copies = Object.entries(item).map(([name, value]) => [
    name,
    changing.has(name) ? structuredClone(value) : value,
  ]);
  return Object.fromEntries(copies);
}

interface Scope {
  readonly item: Item;
  readonly bindings: Bindings;
}

/** Returns the new value at the path of an action; undefined if the action removes it. */
function evaluateAction(action: Action, scope: Scope & { path: Path }): Value | undefined {
  switch (action.kind) {
    case 'SET':
      return evaluateAssigned(action.value, scope);
    case 'REMOVE':
      return undefined;
    case 'ADD':
      return addTo(resolvePath(scope.item, scope.path), scope.bindings.value(action.value));
    case 'DELETE':
      return deleteFrom(resolvePath(scope.item, scope.path), scope.bindings.value(action.value));
  }
}

function evaluateAssigned(value: Assigned, scope: Scope): Value {
  switch (value.kind) {
    case 'value':
      return scope.bindings.value(value.name);
    case 'path': {
      const existing = resolvePath(scope.item, scope.bindings.path(value.path));
      if (existing) return existing;
      throw invalid(
        'The provided expression refers to an attribute that does not exist in the item',
      );
    }
    case 'sum': {
      const [left, right] = [
        evaluateAssigned(value.left, scope),
        evaluateAssigned(value.right, scope),
      ];
      if (left.N === undefined || right.N === undefined) throw wrongType();
      return addNumbers(left.N, right.N, value.sign);
    }
    case 'call':
      return callFunction(value, scope);
  }
}

function callFunction({ name, operands }: Assigned & { kind: 'call' }, scope: Scope): Value {
  const [first, second] = operands as [Assigned, Assigned];
  if (name === 'if_not_exists') {
    const existing =
      first.kind === 'path' && resolvePath(scope.item, scope.bindings.path(first.path));
    return existing || evaluateAssigned(second, scope);
  }
  const [head, tail] = [evaluateAssigned(first, scope), evaluateAssigned(second, scope)];
  if (!head.L || !tail.L) throw wrongType();
  return { L: [...head.L, ...tail.L] };
}

function wrongType(): Error {
  return invalid('An operand in the update expression has an incorrect data type');
}

function addTo(old: Value | undefined, addend: Value): Value {
  if (!old) return addend;
  const type = typeOf(addend);
  if (type !== typeOf(old)) throw wrongType();
  if (addend.N !== undefined) return addNumbers(old.N ?? '0', addend.N, 1);
  const members = type as 'SS' | 'NS' | 'BS';
  return { [members]: [...new Set([...(old[members] ?? []), ...(addend[members] ?? [])])] };
}

function deleteFrom(old: Value | undefined, removed: Value): Value | undefined {
  if (!old) return undefined;
  const type = typeOf(removed);
  if (type !== typeOf(old)) throw wrongType();
  const members = type as 'SS' | 'NS' | 'BS';
  const removedMembers = new Set(removed[members]);
  const remaining = (old[members] ?? []).filter((member) => !removedMembers.has(member));
  return remaining.length > 0 ? { [members]: remaining } : undefined;
}

function requireParent(item: Item, path: Path): Value {
  const container = path.length === 1 ? { M: item } : resolvePath(item, path.slice(0, -1));
  const last = path.at(-1);
  if (typeof last === 'number' ? container?.L : container?.M) return container as Value;
  throw invalid('The document path provided in the update expression is invalid for update');
}

function assign(item: Item, path: Path, value: Value): void {
  const { L: list, M: map } = requireParent(item, path);
  checkLevels(value, path.length);
  const last = path.at(-1);
  if (typeof last === 'string' && map) setAttribute(map, last, value);
  // A position after the end appends to the list.
  else if (typeof last === 'number' && list) list[Math.min(last, list.length)] = value;
}

function remove(item: Item, path: Path): void {
  const { L: list, M: map } = requireParent(item, path);
  const last = path.at(-1);
  if (typeof last === 'string' && map) delete map[last];
  else if (typeof last === 'number') list?.splice(last, 1);
}

function compareForRemoval(one: Path, two: Path): number {
  for (let index = 0; index < Math.min(one.length, two.length); index += 1) {
    const [a, b] = [one[index], two[index]];
    if (typeof a === 'number' && typeof b === 'number' && a !== b) return b - a;
    if (a !== b) return String(a) < String(b) ? -1 : 1;
  }
  return two.length - one.length;
}
