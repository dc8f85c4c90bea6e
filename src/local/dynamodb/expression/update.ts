import { invalid } from '../errors.ts';
import { addNumbers, type Item, typeOf, type Value } from '../values.ts';
import type { Action, Assigned, Path } from './ast.ts';
import type { Bindings, Bound } from './bindings.ts';
import { resolve } from './paths.ts';

/** Applies a checked update to a copy of `item`; every operand is read from the item as it was. */
export function applyUpdate({ tree, bindings }: Bound<Action[]>, item: Item): Item {
  const steps = tree.map((action) => {
    const path = bindings.path(action.path);
    return { action, path, value: outcome(action, { item, bindings, path }) };
  });
  const result = copyOf(item, new Set(steps.map(({ path }) => path[0])));
  const removals: Path[] = [];
  for (const { action, path, value } of steps) {
    if (value) assign(result, path, value);
    else if (action.kind !== 'ADD') removals.push(path);
  }
  // From the end of a list backwards, as removing a member moves those behind it.
  removals.sort(latestFirst);
  for (const path of removals) remove(result, path);
  return result;
}

/** A copy of the item, deep in the attributes that are about to change. */
function copyOf(item: Item, changing: ReadonlySet<Path[number] | undefined>): Item {
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

/** What the action leaves at its path; undefined for nothing. */
function outcome(action: Action, scope: Scope & { path: Path }): Value | undefined {
  switch (action.kind) {
    case 'SET':
      return assigned(action.value, scope);
    case 'REMOVE':
      return undefined;
    case 'ADD':
      return added(resolve(scope.item, scope.path), scope.bindings.value(action.value));
    case 'DELETE':
      return deleted(resolve(scope.item, scope.path), scope.bindings.value(action.value));
  }
}

function assigned(value: Assigned, scope: Scope): Value {
  switch (value.kind) {
    case 'value':
      return scope.bindings.value(value.name);
    case 'path': {
      const found = resolve(scope.item, scope.bindings.path(value.path));
      if (found) return found;
      throw invalid(
        'The provided expression refers to an attribute that does not exist in the item',
      );
    }
    case 'sum': {
      const [left, right] = [assigned(value.left, scope), assigned(value.right, scope)];
      if (left.N === undefined || right.N === undefined) throw wrongType();
      return addNumbers(left.N, right.N, value.sign);
    }
    case 'call':
      return called(value, scope);
  }
}

function called({ name, operands }: Assigned & { kind: 'call' }, scope: Scope): Value {
  const [first, second] = operands as [Assigned, Assigned];
  if (name === 'if_not_exists') {
    const existing = first.kind === 'path' && resolve(scope.item, scope.bindings.path(first.path));
    return existing || assigned(second, scope);
  }
  const [head, tail] = [assigned(first, scope), assigned(second, scope)];
  if (!head.L || !tail.L) throw wrongType();
  return { L: [...head.L, ...tail.L] };
}

function wrongType(): Error {
  return invalid('An operand in the update expression has an incorrect data type');
}

function added(old: Value | undefined, by: Value): Value {
  if (!old) return by;
  const type = typeOf(by);
  if (type !== typeOf(old)) throw wrongType();
  if (by.N !== undefined) return addNumbers(old.N ?? '0', by.N, 1);
  const members = type as 'SS' | 'NS' | 'BS';
  return { [members]: [...new Set([...(old[members] ?? []), ...(by[members] ?? [])])] };
}

function deleted(old: Value | undefined, by: Value): Value | undefined {
  if (!old) return undefined;
  const type = typeOf(by);
  if (type !== typeOf(old)) throw wrongType();
  const members = type as 'SS' | 'NS' | 'BS';
  const gone = new Set(by[members]);
  const left = (old[members] ?? []).filter((member) => !gone.has(member));
  return left.length > 0 ? { [members]: left } : undefined;
}

function parent(item: Item, path: Path): Value {
  const found = path.length === 1 ? { M: item } : resolve(item, path.slice(0, -1));
  const last = path.at(-1);
  if (typeof last === 'number' ? found?.L : found?.M) return found as Value;
  throw invalid('The document path provided in the update expression is invalid for update');
}

function assign(item: Item, path: Path, value: Value): void {
  const { L: list, M: map } = parent(item, path);
  const last = path.at(-1);
  if (typeof last === 'string' && map) map[last] = value;
  // A position behind the end appends.
  else if (typeof last === 'number' && list) list[Math.min(last, list.length)] = value;
}

function remove(item: Item, path: Path): void {
  const { L: list, M: map } = parent(item, path);
  const last = path.at(-1);
  if (typeof last === 'string' && map) delete map[last];
  else if (typeof last === 'number') list?.splice(last, 1);
}

function latestFirst(one: Path, two: Path): number {
  for (let at = 0; at < Math.min(one.length, two.length); at += 1) {
    const [a, b] = [one[at], two[at]];
    if (typeof a === 'number' && typeof b === 'number' && a !== b) return b - a;
    if (a !== b) return String(a) < String(b) ? -1 : 1;
  }
  return two.length - one.length;
}
