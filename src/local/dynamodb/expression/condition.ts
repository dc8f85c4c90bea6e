import { compare, equal, type Item, typeOf, type Value } from '../values.ts';
import type { Comparator, Condition, Operand } from './ast.ts';
import type { Bindings, Bound } from './bindings.ts';
import { resolvePath } from './paths.ts';

/** Reports whether an item satisfies a checked condition. */
export function evaluateCondition({ tree, bindings }: Bound<Condition>, item: Item): boolean {
  return evaluate(tree, { item, bindings });
}

interface Scope {
  readonly item: Item;
  readonly bindings: Bindings;
}

function evaluate(condition: Condition, scope: Scope): boolean {
  switch (condition.kind) {
    case 'and':
      return evaluate(condition.left, scope) && evaluate(condition.right, scope);
    case 'or':
      return evaluate(condition.left, scope) || evaluate(condition.right, scope);
    case 'not':
      return !evaluate(condition.inner, scope);
    case 'compare': {
      const [left, right] = condition.operands;
      return compareValues(
        condition.operator,
        resolveOperand(left, scope),
        resolveOperand(right, scope),
      );
    }
    case 'between': {
      const [middle, low, high] = condition.operands.map((operand) =>
        resolveOperand(operand, scope),
      );
      return compareValues('>=', middle, low) && compareValues('<=', middle, high);
    }
    case 'in': {
      const [first, ...options] = condition.operands;
      const expected = resolveOperand(first, scope);
      return options.some((option) => compareValues('=', expected, resolveOperand(option, scope)));
    }
    case 'call':
      return callFunction(condition, scope);
  }
}

function resolveOperand(operand: Operand, scope: Scope): Value | undefined {
  switch (operand.kind) {
    case 'value':
      return scope.bindings.value(operand.name);
    case 'path':
      return resolvePath(scope.item, scope.bindings.path(operand.path));
    case 'call': {
      const [inner] = operand.operands;
      return inner && computeSize(resolveOperand(inner, scope));
    }
  }
}

/** Returns the result of `size()`; undefined for values without a size. */
function computeSize(value: Value | undefined): Value | undefined {
  if (!value) return undefined;
  const { L, SS, NS, BS, M, S, B } = value;
  const members = L ?? SS ?? NS ?? BS ?? (M && Object.keys(M)) ?? S;
  const size = members?.length ?? (B === undefined ? undefined : Buffer.byteLength(B, 'base64'));
  return size === undefined ? undefined : { N: String(size) };
}

function compareValues(
  operator: Comparator,
  left: Value | undefined,
  right: Value | undefined,
): boolean {
  if (!left || !right) return operator === '<>' && left !== right;
  if (operator === '=') return equal(left, right);
  if (operator === '<>') return !equal(left, right);
  const order = compare(left, right);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function callFunction({ name, operands }: Operand & { kind: 'call' }, scope: Scope): boolean {
  const [left, right] = operands.map((operand) => resolveOperand(operand, scope));
  if (name === 'attribute_exists') return left !== undefined;
  if (name === 'attribute_not_exists') return left === undefined;
  if (!left || !right) return false;
  if (name === 'attribute_type') return typeOf(left) === right.S;
  return name === 'begins_with' ? beginsWith(left, right) : contains(left, right);
}

function beginsWith(whole: Value, start: Value): boolean {
  if (whole.S !== undefined && start.S !== undefined) return whole.S.startsWith(start.S);
  if (whole.B === undefined || start.B === undefined) return false;
  const prefix = Buffer.from(start.B, 'base64');
  return Buffer.from(whole.B, 'base64').subarray(0, prefix.length).equals(prefix);
}

function contains(whole: Value, part: Value): boolean {
  if (whole.L) return whole.L.some((member) => equal(member, part));
  if (part.S !== undefined) return (whole.SS ?? whole.S)?.includes(part.S) ?? false;
  if (part.N !== undefined) return whole.NS?.includes(part.N) ?? false;
  if (part.B === undefined) return false;
  if (whole.BS) return whole.BS.includes(part.B);
  return (
    whole.B !== undefined && Buffer.from(whole.B, 'base64').includes(Buffer.from(part.B, 'base64'))
  );
}
