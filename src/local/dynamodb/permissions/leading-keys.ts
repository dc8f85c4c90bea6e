import { AwsError } from '../../wire/aws-error.ts';
import type { Condition } from '../expression/ast.ts';
import { Bindings } from '../expression/bindings.ts';
import type { Table } from '../table.ts';
import type { NamingInput } from './attribute-names.ts';

/** Returns the partition keys of the item or key in a request: values of `dynamodb:LeadingKeys`. */
export function listLeadingKeys({ Key, Item }: NamingInput, table: Table | undefined): string[] {
  const attributes = (Item ?? Key) as Readonly<Record<string, unknown>> | undefined;
  const name = table?.keys.hash;
  if (name === undefined || typeof attributes !== 'object' || attributes === null) return [];
  return Object.hasOwn(attributes, name) ? formatKeyValue(attributes[name]) : [];
}

/** Returns the partition key that a query of a table, or of one of its indexes, selects; an empty list if there is none. */
export function listQueriedKeys(
  input: NamingInput & { readonly IndexName?: string },
  table: Table | undefined,
): string[] {
  const index = table?.indexes.find(({ name }) => name === input.IndexName);
  const name = (input.IndexName === undefined ? table : index)?.keys.hash;
  if (name === undefined) return [];
  try {
    const bindings = new Bindings(input);
    const bound = bindings.condition('KeyConditionExpression', input.KeyConditionExpression);
    return bound ? listEqual(bound.tree, bindings, name) : [];
  } catch (error) {
    if (error instanceof AwsError) return [];
    throw error;
  }
}

/** Returns the values with which a condition compares an attribute for equality. */
function listEqual(tree: Condition, bindings: Bindings, name: string): string[] {
  if (tree.kind === 'and') {
    return [...listEqual(tree.left, bindings, name), ...listEqual(tree.right, bindings, name)];
  }
  if (tree.kind !== 'compare' || tree.operator !== '=') return [];
  const { operands } = tree;
  const isKey = operands.some(
    (operand) => operand.kind === 'path' && bindings.name(String(operand.path[0])) === name,
  );
  if (!isKey) return [];
  return operands.flatMap((operand) =>
    operand.kind === 'value' ? formatKeyValue(bindings.value(operand.name)) : [],
  );
}

/** Returns a key value as text: of type S as it is, N as its digits, B in base64. */
function formatKeyValue(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { S, N, B } = value as Readonly<Record<string, unknown>>;
  const content = S ?? N ?? B;
  return typeof content === 'string' ? [content] : [];
}
