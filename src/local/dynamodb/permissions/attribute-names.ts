import { AwsError } from '../../wire/aws-error.ts';
import type { Action, Assigned, Path } from '../expression/ast.ts';
import { Bindings, type ExpressionInput } from '../expression/bindings.ts';
import { listPaths } from '../operations/index-projection.ts';

/** The members of a request that name attributes. */
export interface NamingInput extends ExpressionInput {
  readonly Key?: unknown;
  readonly Item?: unknown;
  readonly ConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly ProjectionExpression?: string;
  readonly UpdateExpression?: string;
}

/**
 * Returns the top-level attributes that a request names in its key, its item and its expressions: the values of `dynamodb:Attributes`.
 * Returns an empty list for expressions that are not valid: the operation rejects them.
 */
export function listAttributeNames(input: NamingInput): string[] {
  try {
    const names = [input.Key, input.Item].flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.keys(item) : [],
    );
    return [...new Set([...names, ...listExpressionNames(input)])];
  } catch (error) {
    if (error instanceof AwsError) return [];
    throw error;
  }
}

function listExpressionNames(input: NamingInput): string[] {
  const bindings = new Bindings(input);
  const conditions = [
    input.ConditionExpression,
    input.FilterExpression,
    input.KeyConditionExpression,
  ].flatMap((text) => bindings.condition('ConditionExpression', text) ?? []);
  const paths = [
    ...conditions.flatMap(({ tree }) => listPaths(tree)),
    ...(bindings.update(input.UpdateExpression)?.tree ?? []).flatMap(listActionPaths),
    ...(bindings.projection(input.ProjectionExpression) ?? []),
  ];
  return paths.map((path) => bindings.name(String(path[0])));
}

function listActionPaths(action: Action): Path[] {
  return action.kind === 'SET' ? [action.path, ...listAssignedPaths(action.value)] : [action.path];
}

function listAssignedPaths(value: Assigned): Path[] {
  if (value.kind === 'sum') {
    return [...listAssignedPaths(value.left), ...listAssignedPaths(value.right)];
  }
  return listPaths(value);
}
