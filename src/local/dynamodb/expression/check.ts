import { invalid } from '../errors.ts';
import { compare, type Type, typeOf, types, type Value } from '../values.ts';
import type { Condition, Operand } from './ast.ts';
import { formatPath } from './paths.ts';
import type { Placeholders } from './placeholders.ts';

/** Function -> number of its operands. */
const operandCounts: ReadonlyMap<string, number> = new Map([
  ['attribute_exists', 1],
  ['attribute_not_exists', 1],
  ['attribute_type', 2],
  ['begins_with', 2],
  ['contains', 2],
  ['size', 1],
]);
const orderedTypes = new Set<Type>(['S', 'N', 'B']);

/** Throws ValidationException for a condition that DynamoDB rejects without reading an item. */
export function checkCondition(condition: Condition, placeholders: Placeholders): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      checkCondition(condition.left, placeholders);
      checkCondition(condition.right, placeholders);
      return;
    case 'not':
      checkCondition(condition.inner, placeholders);
      return;
    case 'call':
      checkCall(condition, placeholders);
      if (condition.name === 'size') throw misusedFunction('size');
      return;
    case 'in':
      checkOperands(condition.operands, placeholders);
      return;
    case 'between':
      checkOperands(condition.operands, placeholders);
      checkBounds(condition.operands, placeholders);
      return;
    case 'compare':
      checkOperands(condition.operands, placeholders);
      checkComparison(condition, placeholders);
  }
}

function checkComparison(
  { operator, operands }: Condition & { kind: 'compare' },
  placeholders: Placeholders,
): void {
  checkDistinct(operator, operands, placeholders);
  if (operator === '=' || operator === '<>') return;
  for (const operand of operands) checkOrdered(operator, operand, placeholders);
}

function checkOperands(operands: readonly Operand[], placeholders: Placeholders): void {
  for (const operand of operands) checkOperand(operand, placeholders);
}

function checkOperand(operand: Operand, placeholders: Placeholders): void {
  if (operand.kind !== 'call') return;
  checkCall(operand, placeholders);
  if (operand.name !== 'size') throw misusedFunction(operand.name);
}

function misusedFunction(name: string): Error {
  return invalid(
    `The function is not allowed to be used this way in an expression; function: ${name}`,
  );
}

function checkCall(call: Operand & { kind: 'call' }, placeholders: Placeholders): void {
  const { name, operands } = call;
  const expected = operandCounts.get(name);
  if (expected === undefined) throw invalid(`Invalid function name; function: ${name}`);
  checkOperands(operands, placeholders);
  if (expected !== operands.length) {
    throw invalid(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  checkDistinct(name, operands, placeholders);
  checkOperandTypes(call, placeholders);
}

function checkOperandTypes(
  { name, operands }: Operand & { kind: 'call' },
  placeholders: Placeholders,
): void {
  const types = operands.map((operand) => operandType(operand, placeholders));
  switch (name) {
    case 'attribute_exists':
    case 'attribute_not_exists':
      checkIsPath(name, operands[0]);
      return;
    case 'attribute_type':
      checkTypeName(operands[1], placeholders);
      return;
    case 'begins_with':
      checkTypes(name, types, ['S', 'B']);
      return;
    case 'size':
      checkTypes(name, types, ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M']);
  }
}

function checkIsPath(name: string, operand: Operand | undefined): void {
  if (operand?.kind === 'path') return;
  throw invalid(`Operator or function requires a document path; operator or function: ${name}`);
}

/** Throws if the type of an operand is known and not allowed. */
function checkTypes(
  name: string,
  types: readonly (Type | undefined)[],
  allowed: readonly Type[],
): void {
  const wrong = types.find((type) => type !== undefined && !allowed.includes(type));
  if (wrong) throw wrongType(name, wrong);
}

function checkTypeName(operand: Operand | undefined, placeholders: Placeholders): void {
  const value = operand?.kind === 'value' ? placeholders.value(operand.name) : undefined;
  if (value?.S === undefined) {
    const type = value ? typeOf(value) : '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}';
    throw wrongType('attribute_type', type);
  }
  if (!types.includes(value.S as Type)) {
    throw invalid(
      `Invalid attribute type name found; type: ${value.S}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
    );
  }
}

function wrongType(name: string, type: string): Error {
  return invalid(
    `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
  );
}

/** Returns the type of an operand; undefined for a path, whose type depends on the item. */
function operandType(operand: Operand, placeholders: Placeholders): Type | undefined {
  if (operand.kind === 'value') return typeOf(placeholders.value(operand.name));
  return operand.kind === 'call' ? 'N' : undefined;
}

function checkOrdered(operator: string, operand: Operand, placeholders: Placeholders): void {
  if (operand.kind !== 'value') return;
  const type = typeOf(placeholders.value(operand.name));
  if (orderedTypes.has(type)) return;
  throw invalid(
    `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${type}`,
  );
}

function checkDistinct(
  name: string,
  operands: readonly Operand[],
  placeholders: Placeholders,
): void {
  const [one, two] = operands;
  if (one?.kind !== 'path' || two?.kind !== 'path') return;
  const [first, second] = [
    formatPath(placeholders.path(one.path)),
    formatPath(placeholders.path(two.path)),
  ];
  if (first !== second) return;
  throw invalid(
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${first}`,
  );
}

function checkBounds(
  [, low, high]: readonly [Operand, Operand, Operand],
  placeholders: Placeholders,
): void {
  checkOrdered('BETWEEN', low, placeholders);
  checkOrdered('BETWEEN', high, placeholders);
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const [lower, upper] = [placeholders.value(low.name), placeholders.value(high.name)];
  const bounds = `lower bound operand: AttributeValue: ${formatBound(lower)}, upper bound operand: AttributeValue: ${formatBound(upper)}`;
  if (typeOf(lower) !== typeOf(upper)) {
    throw invalid(
      `The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`,
    );
  }
  if ((compare(lower, upper) ?? 0) > 0) {
    throw invalid(
      `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
    );
  }
}

function formatBound(value: Value): string {
  const type = typeOf(value);
  return `{${type}:${value.S ?? value.N ?? JSON.stringify(value[type])}}`;
}
