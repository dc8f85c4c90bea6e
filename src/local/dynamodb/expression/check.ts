import { invalid } from '../errors.ts';
import { compare, type Type, typeOf, types, type Value } from '../values.ts';
import type { Condition, Operand } from './ast.ts';
import { show } from './paths.ts';
import type { Placeholders } from './placeholders.ts';

const functions: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};
const ordered = new Set<Type>(['S', 'N', 'B']);

/** Finds what DynamoDB refuses in a condition before it looks at an item. */
export function checkCondition(condition: Condition, placeholders: Placeholders): void {
  if (condition.kind === 'and' || condition.kind === 'or') {
    checkCondition(condition.left, placeholders);
    checkCondition(condition.right, placeholders);
  } else if (condition.kind === 'not') {
    checkCondition(condition.inner, placeholders);
  } else if (condition.kind === 'call') {
    checkCall(condition, placeholders);
    if (condition.name === 'size') throw misused('size');
  } else {
    for (const operand of condition.operands) checkOperand(operand, placeholders);
    if (condition.kind === 'between') checkBounds(condition.operands, placeholders);
    if (condition.kind === 'compare') {
      checkDistinct(condition.operator, condition.operands, placeholders);
      if (condition.operator !== '=' && condition.operator !== '<>') {
        for (const operand of condition.operands) {
          checkOrdered(condition.operator, operand, placeholders);
        }
      }
    }
  }
}

function checkOperand(operand: Operand, placeholders: Placeholders): void {
  if (operand.kind !== 'call') return;
  checkCall(operand, placeholders);
  if (operand.name !== 'size') throw misused(operand.name);
}

function misused(name: string): Error {
  return invalid(
    `The function is not allowed to be used this way in an expression; function: ${name}`,
  );
}

function checkCall(call: Operand & { kind: 'call' }, placeholders: Placeholders): void {
  const { name, operands } = call;
  const expected = functions[name];
  if (expected === undefined) throw invalid(`Invalid function name; function: ${name}`);
  for (const operand of operands) checkOperand(operand, placeholders);
  if (expected !== operands.length) {
    throw invalid(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  checkDistinct(name, operands, placeholders);
  const [first, second] = operands.map((operand) => typeIn(operand, placeholders));
  if (name.startsWith('attribute_') && name !== 'attribute_type') {
    if (operands[0]?.kind !== 'path') {
      throw invalid(`Operator or function requires a document path; operator or function: ${name}`);
    }
  } else if (name === 'begins_with') {
    for (const type of [first, second]) {
      if (type !== undefined && type !== 'S' && type !== 'B') throw wrongType(name, type);
    }
  } else if (name === 'size') {
    if (first === 'N' || first === 'BOOL' || first === 'NULL') throw wrongType(name, first);
  } else if (name === 'attribute_type') {
    checkTypeName(operands[1], placeholders);
  }
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

function typeIn(operand: Operand, placeholders: Placeholders): Type | undefined {
  if (operand.kind === 'value') return typeOf(placeholders.value(operand.name));
  return operand.kind === 'call' ? 'N' : undefined;
}

function checkOrdered(operator: string, operand: Operand, placeholders: Placeholders): void {
  if (operand.kind !== 'value') return;
  const type = typeOf(placeholders.value(operand.name));
  if (ordered.has(type)) return;
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
  const [first, second] = [show(placeholders.path(one.path)), show(placeholders.path(two.path))];
  if (first !== second) return;
  throw invalid(
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${first}`,
  );
}

function checkBounds([, low, high]: readonly [Operand, Operand, Operand], to: Placeholders): void {
  checkOrdered('BETWEEN', low, to);
  checkOrdered('BETWEEN', high, to);
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const [lower, upper] = [to.value(low.name), to.value(high.name)];
  const bounds = `lower bound operand: AttributeValue: ${brief(lower)}, upper bound operand: AttributeValue: ${brief(upper)}`;
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

function brief(value: Value): string {
  const type = typeOf(value);
  return `{${type}:${value.S ?? value.N ?? JSON.stringify(value[type])}}`;
}
