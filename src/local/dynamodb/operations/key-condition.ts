import { invalid, invalidParameter } from '../errors.ts';
import type { Condition, Operand } from '../expression/ast.ts';
import type { Bindings, Bound as BoundTree } from '../expression/bindings.ts';
import type { Bound } from '../item-store.ts';
import { encodeValue } from '../keys.ts';
import type { Index, Table } from '../table.ts';
import { typeOf, type Value } from '../values.ts';

/** A condition on one key attribute. */
interface KeyTest {
  readonly name: string;
  readonly operator: string;
  readonly values: readonly Value[];
}

const supportedOperators = new Set(['=', '<', '<=', '>', '>=', 'between', 'begins_with']);
/** Operator -> the operator for swapped operands. */
const mirroredOperators: Readonly<Record<string, string>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** Returns the keys of a table or index that a key condition selects. Throws ValidationException if it is not valid. */
export function resolveKeyRange(
  { table, index }: { table: Table; index: Index | undefined },
  { tree, bindings }: BoundTree<Condition>,
): { hash: Buffer; bounds: Bound[] } {
  const { hash, range } = (index ?? table).keys;
  const tests = indexByKey(listKeyTests(tree, bindings));
  const hashTest = tests.get(hash);
  if (!hashTest) throw invalid(`Query condition missed key schema element: ${hash}`);
  if (hashTest.operator !== '=') throw unsupportedCondition();
  const rangeTest = range === undefined ? undefined : tests.get(range);
  rejectOtherKeys(tests.size - (rangeTest ? 2 : 1), rangeTest ? undefined : range);
  for (const test of tests.values()) checkTypes(table, test);
  return {
    hash: encodeValue(hashTest.values[0] ?? {}),
    bounds: rangeTest ? toBounds(rangeTest) : [],
  };
}

function indexByKey(tests: readonly KeyTest[]): Map<string, KeyTest> {
  const byName = new Map(tests.map((test) => [test.name, test]));
  if (byName.size === tests.length) return byName;
  throw invalid(
    'Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key',
  );
}

/** Throws if there are conditions on attributes that are no keys. `missedRange` is a range key without a condition. */
function rejectOtherKeys(count: number, missedRange: string | undefined): void {
  if (count === 0) return;
  if (count > 1 || missedRange === undefined) throw unsupportedCondition();
  throw invalid(`Query condition missed key schema element: ${missedRange}`);
}

function unsupportedCondition(): Error {
  return invalid('Query key condition not supported');
}

function checkTypes(table: Table, { name, values }: KeyTest): void {
  for (const value of values) {
    if (typeOf(value) !== table.types[name]) {
      throw invalidParameter('Condition parameter type does not match schema type');
    }
    if (value.S === '' || value.B === '') {
      throw invalidParameter(
        `The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
      );
    }
  }
}

function listKeyTests(condition: Condition, bindings: Bindings): KeyTest[] {
  switch (condition.kind) {
    case 'and':
      return [
        ...listKeyTests(condition.left, bindings),
        ...listKeyTests(condition.right, bindings),
      ];
    case 'compare':
      return [toKeyTest(condition.operator, condition.operands, bindings)];
    case 'between':
      return [toKeyTest('between', condition.operands, bindings)];
    case 'call':
      return [toKeyTest(condition.name, condition.operands, bindings)];
    case 'or':
    case 'not':
    case 'in':
      throw unsupportedOperator(condition.kind.toUpperCase());
  }
}

function unsupportedOperator(operator: string): Error {
  return invalid(`Invalid operator used in KeyConditionExpression: ${operator}`);
}

function toKeyTest(operator: string, operands: readonly Operand[], bindings: Bindings): KeyTest {
  if (!supportedOperators.has(operator)) throw unsupportedOperator(operator);
  const [first, ...rest] = operands;
  if (first?.kind === 'value' && rest[0]?.kind === 'path' && rest.length === 1) {
    if (operator === 'begins_with') throw unsupportedCondition();
    return toKeyTest(mirroredOperators[operator] ?? operator, [rest[0], first], bindings);
  }
  if (first?.kind !== 'path' || rest.some((operand) => operand.kind !== 'value')) {
    throw invalid(
      'Invalid KeyConditionExpression: KeyConditionExpressions must compare a key attribute with values',
    );
  }
  if (first.path.length > 1) {
    throw invalid(
      'Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes',
    );
  }
  return {
    name: bindings.name(first.path[0] as string),
    operator,
    values: rest.map((operand) => bindings.value(operand.kind === 'value' ? operand.name : '')),
  };
}

function toBounds({ operator, values }: KeyTest): Bound[] {
  const [first, second] = values.map(encodeValue);
  if (!first) return [];
  if (operator === 'between') {
    return [
      { operator: '>=', bytes: first },
      { operator: '<=', bytes: second ?? first },
    ];
  }
  if (operator !== 'begins_with')
    return [{ operator: operator as Bound['operator'], bytes: first }];
  if (values[0]?.N !== undefined) throw unsupportedCondition();
  const end = successor(first);
  return [
    { operator: '>=', bytes: first },
    ...(end ? [{ operator: '<' as const, bytes: end }] : []),
  ];
}

/** Returns the first bytes after all bytes that begin with `prefix`; undefined if every byte is 0xff. */
function successor(prefix: Buffer): Buffer | undefined {
  const last = prefix.findLastIndex((byte) => byte !== 0xff);
  if (last < 0) return undefined;
  const end = Buffer.from(prefix.subarray(0, last + 1));
  end[last] = (end[last] ?? 0) + 1;
  return end;
}
