import { invalid, invalidParameter } from '../errors.ts';
import type { Condition, Operand } from '../expression/ast.ts';
import type { Bindings, Bound as BoundTree } from '../expression/bindings.ts';
import { encode } from '../keys.ts';
import type { Bound } from '../rows.ts';
import type { Index, Table } from '../table.ts';
import { typeOf, type Value } from '../values.ts';

interface KeyTest {
  readonly name: string;
  readonly operator: string;
  readonly values: readonly Value[];
}

const supported = new Set(['=', '<', '<=', '>', '>=', 'between', 'begins_with']);
const flipped: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** The part of the table or index that a key condition selects. */
export function keyRange(
  { table, index }: { table: Table; index: Index | undefined },
  { tree, bindings }: BoundTree<Condition>,
): { hash: Buffer; bounds: Bound[] } {
  const { hash, range } = (index ?? table).keys;
  const tests = new Map<string, KeyTest>();
  for (const test of flatten(tree, bindings)) {
    if (tests.has(test.name)) {
      throw invalid(
        'Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key',
      );
    }
    tests.set(test.name, test);
  }
  const hashTest = tests.get(hash);
  if (!hashTest) throw invalid(`Query condition missed key schema element: ${hash}`);
  if (hashTest.operator !== '=') throw invalid('Query key condition not supported');
  const rangeTest = range === undefined ? undefined : tests.get(range);
  if (tests.size > (rangeTest ? 2 : 1)) {
    throw range !== undefined && tests.size === 2
      ? invalid(`Query condition missed key schema element: ${range}`)
      : invalid('Query key condition not supported');
  }
  for (const test of tests.values()) checkTypes(table, test);
  return { hash: encode(hashTest.values[0] ?? {}), bounds: rangeTest ? bounds(rangeTest) : [] };
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

function flatten(condition: Condition, bindings: Bindings): KeyTest[] {
  switch (condition.kind) {
    case 'and':
      return [...flatten(condition.left, bindings), ...flatten(condition.right, bindings)];
    case 'compare':
      return [toTest(condition.operator, condition.operands, bindings)];
    case 'between':
      return [toTest('between', condition.operands, bindings)];
    case 'call':
      return [toTest(condition.name, condition.operands, bindings)];
    case 'or':
    case 'not':
    case 'in':
      throw unsupported(condition.kind.toUpperCase());
  }
}

function unsupported(operator: string): Error {
  return invalid(`Invalid operator used in KeyConditionExpression: ${operator}`);
}

function toTest(operator: string, operands: readonly Operand[], bindings: Bindings): KeyTest {
  if (!supported.has(operator)) throw unsupported(operator);
  const [first, ...rest] = operands;
  if (first?.kind === 'value' && rest[0]?.kind === 'path' && rest.length === 1) {
    if (operator === 'begins_with') throw invalid('Query key condition not supported');
    return toTest(flipped[operator] ?? operator, [rest[0], first], bindings);
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

function bounds({ operator, values }: KeyTest): Bound[] {
  const [first, second] = values.map(encode);
  if (!first) return [];
  if (operator === 'between') {
    return [
      { operator: '>=', bytes: first },
      { operator: '<=', bytes: second ?? first },
    ];
  }
  if (operator !== 'begins_with')
    return [{ operator: operator as Bound['operator'], bytes: first }];
  if (values[0]?.N !== undefined) throw invalid('Query key condition not supported');
  const end = successor(first);
  return [
    { operator: '>=', bytes: first },
    ...(end ? [{ operator: '<' as const, bytes: end }] : []),
  ];
}

/** The first bytes after all those that begin with `prefix`; none when it is all 0xff. */
function successor(prefix: Buffer): Buffer | undefined {
  const last = prefix.findLastIndex((byte) => byte !== 0xff);
  if (last < 0) return undefined;
  const end = Buffer.from(prefix.subarray(0, last + 1));
  end[last] = (end[last] ?? 0) + 1;
  return end;
}
