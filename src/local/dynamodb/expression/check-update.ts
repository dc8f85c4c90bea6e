import { invalid } from '../errors.ts';
import { type Type, typeOf } from '../values.ts';
import type { Action, Assigned } from './ast.ts';
import { checkPaths } from './paths.ts';
import type { Placeholders } from './placeholders.ts';

const typeNames: Readonly<Partial<Record<Type, string>>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
  L: 'LIST',
  M: 'MAP',
};

/** Throws ValidationException for an update that DynamoDB rejects without reading the item. */
export function checkUpdate(actions: readonly Action[], placeholders: Placeholders): void {
  checkPaths(actions.map((action) => placeholders.path(action.path)));
  for (const action of actions) {
    if (action.kind === 'SET') checkAssigned(action.value, placeholders);
    else if (action.kind !== 'REMOVE') {
      const type = typeOf(placeholders.value(action.value));
      const name = typeNames[type];
      if (name !== undefined && !(action.kind === 'ADD' && type === 'N')) {
        throw invalid(
          `Incorrect operand type for operator or function; operator: ${action.kind}, operand type: ${name}`,
        );
      }
    }
  }
}

function checkAssigned(value: Assigned, placeholders: Placeholders): void {
  if (value.kind === 'sum') {
    for (const side of [value.left, value.right]) {
      checkAssigned(side, placeholders);
      checkOperandType(side, placeholders, { name: value.sign === 1 ? '+' : '-', expected: 'N' });
    }
  } else if (value.kind === 'call') {
    checkCall(value, placeholders);
  }
}

function checkCall(call: Assigned & { kind: 'call' }, placeholders: Placeholders): void {
  const { name, operands } = call;
  if (name !== 'if_not_exists' && name !== 'list_append') {
    throw invalid(`Invalid function name; function: ${name}`);
  }
  for (const operand of operands) checkAssigned(operand, placeholders);
  if (operands.length !== 2) {
    throw invalid(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  if (name === 'list_append') {
    for (const operand of operands)
      checkOperandType(operand, placeholders, { name, expected: 'L' });
  } else if (operands[0]?.kind !== 'path') {
    throw invalid(`Operator or function requires a document path; operator or function: ${name}`);
  }
}

function checkOperandType(
  operand: Assigned,
  placeholders: Placeholders,
  { name, expected }: { name: string; expected: Type },
): void {
  if (operand.kind !== 'value') return;
  const type = typeOf(placeholders.value(operand.name));
  if (type === expected) return;
  throw invalid(
    `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
  );
}
